package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyHolding;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioAlert;
import dev.meshlog.schemas.radio.RadioEdges;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.RadioReception;
import dev.meshlog.schemas.radio.RadioTelemetry;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from one observation of a node, or from one decision. What did not change is absent.
 *
 * @param packet when it was received for the first time
 * @param outcome what became of the frame, when it was one
 */
record NodeChange(
        @Nullable RadioPacket packet,
        @Nullable RadioReception reception,
        @Nullable RadioNode node,
        @Nullable KeyChange key,
        @Nullable RadioTelemetry telemetry,
        @Nullable RadioEdges edges,
        List<KeyEvent> keyEvents,
        List<KeyHolding> holdings,
        List<RadioAlert> alerts,
        List<RejectedFrame> rejected,
        @Nullable FrameOutcome outcome) {

    /** @param entry null when the node has no key any more */
    record KeyChange(@Nullable PublicKeyEntry entry) {}

    /** Nothing but that a record can't be used. */
    static NodeChange rejected(RejectedFrame frame) {
        return new NodeChange(
                null, null, null, null, null, null, List.of(), List.of(), List.of(), List.of(frame), null);
    }

    /** Collects what follows. */
    static final class Builder {
        private final @Nullable NodeObservation observation;
        private final List<String> counters = new ArrayList<>();
        private final List<RejectedFrame> rejected = new ArrayList<>();
        private final List<KeyEvent> keyEvents = new ArrayList<>();
        private final List<KeyHolding> holdings = new ArrayList<>();
        private final List<RadioAlert> alerts = new ArrayList<>();
        private @Nullable RadioPacket packet;
        private @Nullable RadioReception reception;
        private @Nullable RadioNode node;
        private @Nullable KeyChange key;
        private @Nullable RadioTelemetry telemetry;
        private @Nullable RadioEdges edges;

        private Builder(@Nullable NodeObservation observation) {
            this.observation = observation;
        }

        /** Of a frame, which is counted. */
        static Builder of(NodeObservation observation) {
            return new Builder(observation);
        }

        /** Of something that is not a frame. */
        static Builder uncounted() {
            return new Builder(null);
        }

        Builder count(String... raised) {
            counters.addAll(List.of(raised));
            return this;
        }

        void packet(RadioPacket received) {
            packet = received;
        }

        void reception(RadioReception heard) {
            reception = heard;
        }

        void node(RadioNode changed) {
            node = changed;
        }

        void key(@Nullable PublicKeyEntry changed) {
            key = new KeyChange(changed);
        }

        void telemetry(RadioTelemetry told) {
            telemetry = told;
        }

        void edges(RadioEdges reported) {
            edges = reported;
        }

        void keyEvents(List<KeyEvent> events) {
            keyEvents.addAll(events);
        }

        void holding(KeyHolding holding) {
            holdings.add(holding);
        }

        void alert(RadioAlert alert) {
            alerts.add(alert);
        }

        /** A part of the frame that can't be used, while the rest is. */
        void rejected(NodeObservation of, RejectReason reason, ByteBuffer bytes) {
            rejected.add(Rejections.of(
                    of.getNetwork(), of.getLink(), reason, bytes, of.getReceivedAtMs(), of.getEvidence()));
            counters.add(Counters.partRejected(reason));
        }

        NodeChange build() {
            FrameOutcome outcome = observation == null
                    ? null
                    : new FrameOutcome(
                            observation.getNetwork(),
                            observation.getLink(),
                            List.copyOf(counters),
                            null,
                            observation.getReceivedAtMs());
            return new NodeChange(
                    packet,
                    reception,
                    node,
                    key,
                    telemetry,
                    edges,
                    List.copyOf(keyEvents),
                    List.copyOf(holdings),
                    List.copyOf(alerts),
                    List.copyOf(rejected),
                    outcome);
        }
    }
}
