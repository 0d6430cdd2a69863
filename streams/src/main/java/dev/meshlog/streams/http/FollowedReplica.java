package dev.meshlog.streams.http;

import dev.meshlog.ledger.query.LedgerView;
import java.util.Optional;
import java.util.function.Function;

/** A replica's state, as the server asks it. Any thread. */
public interface FollowedReplica {
    /** One question, answered from one commit; empty while the replica is not to be asked. The view is of no use afterwards. */
    <T> Optional<T> ask(Function<LedgerView, T> question);
}
