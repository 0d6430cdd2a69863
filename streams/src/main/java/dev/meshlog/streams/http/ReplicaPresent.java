package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.query.LedgerView;
import java.util.function.Function;
import org.apache.kafka.streams.state.HostInfo;

/** The present of a replica, which shares it with nobody. Its process ends when it fails. */
record ReplicaPresent(HostInfo self, FollowedReplica replica) implements Present {
    @Override
    public HostInfo place() {
        var unused = ask(LedgerView::executedFrom);
        return self;
    }

    @Override
    public <T> T ask(Function<LedgerView, T> question) {
        return replica.ask(question)
                .orElseThrow(() -> Refusal.notReady("The replica does not follow the log closely yet."));
    }

    @Override
    public boolean isDead() {
        return false;
    }

    @Override
    public ObjectNode health() {
        ObjectNode health = LedgerJson.object().put("alive", true);
        replica.ask(LedgerView::executedFrom)
                .ifPresentOrElse(
                        from -> health.put("live", true).put("executedFrom", from), () -> health.put("live", false));
        return health;
    }
}
