package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.streams.ledger.LedgerStreams;
import java.util.function.Function;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.state.HostInfo;

/** The present of a streams application: its instances share one ledger task. */
record StreamsPresent(KafkaStreams streams, LedgerPlace among) implements Present {
    @Override
    public HostInfo place() {
        return among.active(streams);
    }

    @Override
    public <T> T ask(Function<LedgerView, T> question) {
        return question.apply(LedgerStreams.view(streams));
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
