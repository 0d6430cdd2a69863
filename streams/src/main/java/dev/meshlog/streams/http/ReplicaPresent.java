package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.streams.ledger.StateView;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.streams.state.HostInfo;

/** The present of a replica, which shares it with nobody. Its process ends when it fails. */
record ReplicaPresent(HostInfo self, Supplier<Optional<StateView>> replica) implements Present {
    @Override
    public HostInfo place() {
        var unused = view();
        return self;
    }

    @Override
    public StateView view() {
        return replica.get().orElseThrow(() -> Refusal.notReady("The replica does not follow the log closely yet."));
    }

    @Override
    public boolean isDead() {
        return false;
    }

    @Override
    public ObjectNode health() {
        return LedgerJson.object().put("alive", true).put("live", replica.get().isPresent());
    }
}
