package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from one observation of a node. What did not change is absent.
 *
 * @param packet when it was received for the first time
 */
record NodeChange(
        @Nullable RadioPacket packet,
        @Nullable RadioNode node,
        @Nullable PublicKeyEntry key,
        List<KeyEvent> keyEvents,
        List<RejectedFrame> rejected,
        FrameOutcome outcome) {
    /** Collects what follows from an observation. */
    static final class Builder {
        private final NodeObservation observation;
        private final List<String> counters;
        private final List<RejectedFrame> rejected = new ArrayList<>();
        private @Nullable RadioPacket packet;
        private @Nullable RadioNode node;
        private @Nullable PublicKeyEntry key;
        private List<KeyEvent> keyEvents = List.of();

        Builder(NodeObservation observation, List<String> counters) {
            this.observation = observation;
            this.counters = new ArrayList<>(counters);
        }

        Builder packet(@Nullable RadioPacket received) {
            packet = received;
            return this;
        }

        void node(RadioNode changed) {
            node = changed;
        }

        void key(PublicKeyEntry changed) {
            key = changed;
        }

        void keyEvents(List<KeyEvent> events) {
            keyEvents = events;
        }

        /** A part of the frame that can't be used, while the rest is. */
        Builder rejected(RejectReason reason, ByteBuffer bytes) {
            rejected.add(Rejections.of(
                    observation.getNetwork(),
                    observation.getLink(),
                    reason,
                    bytes,
                    observation.getReceivedAtMs(),
                    observation.getEvidence()));
            counters.add(Counters.partRejected(reason));
            return this;
        }

        NodeChange build() {
            var outcome = new FrameOutcome(
                    observation.getNetwork(), observation.getLink(), counters, null, observation.getReceivedAtMs());
            return new NodeChange(packet, node, key, keyEvents, List.copyOf(rejected), outcome);
        }
    }
}
