package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.streams.ledger.LedgerView;
import dev.meshlog.streams.ledger.StateView;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.state.HostInfo;

/** The present of a streams application: its instances share one ledger task. */
record StreamsPresent(KafkaStreams streams, LedgerPlace among) implements Present {
    @Override
    public HostInfo place() {
        return among.active(streams);
    }

    @Override
    public StateView view() {
        return LedgerView.of(streams);
    }

    @Override
    public boolean isDead() {
        KafkaStreams.State state = streams.state();
        return state == KafkaStreams.State.ERROR || state.hasStartedOrFinishedShuttingDown();
    }

    @Override
    public ObjectNode health() {
        return LedgerJson.object()
                .put("alive", !isDead())
                .put("streams", streams.state().name());
    }
}
