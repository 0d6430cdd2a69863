package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.TokenBucket;
import dev.meshlog.schemas.wire.FrameParser;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client, in the order in which it gets it: the answer to its last question for the config, then what happened since. Nothing
 * is told to a client that has not asked. Transitions: NEW → WAITING (asked, and there is no config yet) → CONFIGURED (the config is on its way
 * or told); each further question begins its config anew; any → closed, once, with the reason. One thread; time is handed in, in nanoseconds.
 */
final class ClientSession {
    /** A phone asks twice for each of its connections. */
    private static final int CONFIGS_PER_MINUTE = 30;

    private static final int CONFIGS_AT_ONCE = 10;

    enum Phase {
        NEW,
        WAITING,
        CONFIGURED
    }

    private final String address;
    private final VirtualNodeSettings settings;
    private final LongAdder leftOut;
    private final TokenBucket messages;
    private final TokenBucket configs;
    private final Deque<ByteString> queue = new ArrayDeque<>();
    private Iterator<ByteString> config = Collections.emptyIterator();
    private long queuedBytes;
    private Phase phase = Phase.NEW;
    private int nonce;
    private boolean heard;
    private final long connectedAt;
    private long lastTaken;
    private long lastTold;
    private @Nullable String closed;

    /** @param leftOut counts what fits into no frame: a client's parser would look for another frame inside of it */
    ClientSession(String address, VirtualNodeSettings settings, LongAdder leftOut, long now) {
        this.address = address;
        this.settings = settings;
        this.leftOut = leftOut;
        this.messages =
                new TokenBucket(settings.messagesPerMinute(), Math.max(1, settings.messagesPerMinute() / 2), now);
        this.configs = new TokenBucket(CONFIGS_PER_MINUTE, CONFIGS_AT_ONCE, now);
        this.connectedAt = now;
        this.lastTaken = now;
        this.lastTold = now;
    }

    String address() {
        return address;
    }

    Phase phase() {
        return phase;
    }

    int nonce() {
        return nonce;
    }

    void heard() {
        heard = true;
    }

    boolean maySend(long now) {
        return messages.take(now);
    }

    /** @return false when it asks too often, which closes it */
    boolean asked(int wanted, long now) {
        if (!configs.take(now)) {
            close("asks for its config without end");
            return false;
        }
        nonce = wanted;
        phase = Phase.WAITING;
        return true;
    }

    void configure(Iterator<ByteString> answer) {
        config = answer;
        phase = Phase.CONFIGURED;
    }

    /** Something that happens now. A client that is too slow for it is closed. */
    void tell(ByteString message) {
        if (closed != null || !fits(message)) {
            return;
        }
        if (queuedBytes + message.size() > settings.queueBytes()) {
            close("is too slow: " + queue.size() + " messages wait for it");
            return;
        }
        queue.add(message);
        queuedBytes += message.size();
    }

    /** The next one to be written; null: nothing waits. */
    @Nullable ByteString next(long now) {
        ByteString message = null;
        if (closed == null) {
            while (message == null && config.hasNext()) {
                ByteString part = config.next();
                message = fits(part) ? part : null;
            }
            if (message == null && !queue.isEmpty()) {
                message = queue.remove();
                queuedBytes -= message.size();
            }
        }
        lastTaken = now;
        lastTold = message == null ? lastTold : now;
        return message;
    }

    private boolean fits(ByteString message) {
        boolean fits = message.size() <= FrameParser.MAX_PAYLOAD;
        if (!fits) {
            leftOut.increment();
        }
        return fits;
    }

    boolean hasNext() {
        return closed == null && (config.hasNext() || !queue.isEmpty());
    }

    /** Whether it is time to say something, whatever it is. */
    boolean needsSign(long now) {
        return phase != Phase.NEW
                && !hasNext()
                && now - lastTold >= settings.signOfLife().toNanos();
    }

    void tick(long now) {
        if (!heard && now - connectedAt >= settings.firstMessage().toNanos()) {
            close("says nothing");
        } else if (hasNext() && now - lastTaken >= settings.stalled().toNanos()) {
            close("takes nothing");
        }
    }

    void close(String reason) {
        if (closed == null) {
            closed = reason;
            queue.clear();
            queuedBytes = 0;
            config = Collections.emptyIterator();
        }
    }

    /** It wants to go. */
    void leave() {
        close("");
    }

    /** Why it is closed, without words when it wanted to; empty while it is not. */
    Optional<String> closed() {
        return Optional.ofNullable(closed);
    }
}
