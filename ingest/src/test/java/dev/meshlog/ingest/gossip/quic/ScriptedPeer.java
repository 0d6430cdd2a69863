package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** A peer that answers as a test says, and remembers what it was asked. Any thread. */
public final class ScriptedPeer implements Peer {
    private final PeerInfo info;
    private final Function<SpecificRecordBase, Says> script;
    private final List<SpecificRecordBase> asked = Collections.synchronizedList(new ArrayList<>());

    /**
     * An answer.
     *
     * @param end why there is none, or no more
     */
    public record Says(
            List<? extends SpecificRecordBase> messages,
            @Nullable PeerRefusal end) {
        public static Says all(List<? extends SpecificRecordBase> messages) {
            return new Says(messages, null);
        }

        public static Says refusing(PeerRefusal why) {
            return new Says(List.of(), why);
        }
    }

    public ScriptedPeer(PeerInfo info, Function<SpecificRecordBase, Says> script) {
        this.info = info;
        this.script = script;
    }

    /** All questions so far. */
    public List<SpecificRecordBase> asked() {
        return List.copyOf(asked);
    }

    @Override
    public PeerInfo info() {
        return info;
    }

    @Override
    public boolean push(EncodedMessage message) {
        return true;
    }

    @Override
    public Reply ask(SpecificRecordBase question, Set<MessageType> expected) {
        asked.add(question);
        Says says = script.apply(question);
        Iterator<? extends SpecificRecordBase> messages = says.messages().iterator();
        return new Reply() {
            @Override
            public Optional<SpecificRecordBase> next(Duration patience, Duration altogether) throws PeerException {
                if (messages.hasNext()) {
                    return Optional.of(messages.next());
                }
                if (says.end() != null) {
                    throw new PeerException(says.end());
                }
                return Optional.empty();
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    @Override
    public void close(PeerRefusal why) {
        // Nobody is on the other side.
    }

    @Override
    public String toString() {
        return info.name();
    }
}
