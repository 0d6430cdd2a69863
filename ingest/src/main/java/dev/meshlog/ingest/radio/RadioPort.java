package dev.meshlog.ingest.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place from which a radio's link is heard and spoken to, whether it is connected or not. Any thread may use it. */
public final class RadioPort {
    private static final Logger LOG = LoggerFactory.getLogger(RadioPort.class);

    private final String link;
    private final List<RadioListener> listeners = new CopyOnWriteArrayList<>();
    /** Noted before the link was opened. */
    private final Map<String, String> early = new HashMap<>();

    private volatile @Nullable Line line;
    private volatile @Nullable LiveSink sink;

    public RadioPort(String link) {
        this.link = link;
    }

    /** Says something to the radio, whole or not at all. */
    @FunctionalInterface
    interface Line {
        void say(ToRadio message) throws IOException;
    }

    public String link() {
        return link;
    }

    /** It hears from the next session on. */
    public void listen(RadioListener listener) {
        listeners.add(listener);
    }

    /**
     * Says something to the radio, and does not wait for it.
     *
     * @return whether it is on its way; that it arrives, only the radio can say
     */
    public boolean send(ToRadio message) {
        Line open = line;
        if (open == null) {
            return false;
        }
        try {
            open.say(message);
            return true;
        } catch (IOException e) {
            // Too much waits, or the line is broken: then the reader ends the session.
            LOG.debug("link {}: {}", link, e.toString());
            return false;
        }
    }

    /**
     * Keeps a record of what was done on the link; it goes the way of what is received.
     *
     * @return whether it is on disk; not before the link was opened
     */
    public <V> boolean write(Topic<String, V> topic, V value) {
        LiveSink open = sink;
        return open != null && open.write(topic, value);
    }

    /** Tells something that goes on growing or changing: it stands among the facts of the link's status. */
    public synchronized void note(String fact, String value) {
        LiveSink open = sink;
        if (open == null) {
            early.put(fact, value);
        } else {
            open.note(fact, value);
        }
    }

    synchronized void opened(LiveSink open) {
        sink = open;
        early.forEach(open::note);
        early.clear();
    }

    void began(Line open) {
        line = open;
        tell(RadioListener::began);
    }

    void received(FromRadio message, ByteString payload) {
        tell(listener -> listener.received(message, payload));
    }

    void complete(long ownNode) {
        tell(listener -> listener.complete(ownNode));
    }

    void tick() {
        tell(RadioListener::tick);
    }

    void ended() {
        if (line != null) {
            line = null;
            tell(RadioListener::ended);
        }
    }

    private void tell(Consumer<RadioListener> what) {
        for (RadioListener listener : listeners) {
            try {
                what.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("link {}: a defect in {}", link, listener.getClass().getSimpleName(), e);
            }
        }
    }
}
