package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.dag.Arrival;
import java.util.List;

/** What a vertex brought about. */
public record Applied(Arrival arrival, List<CommitOutput> commits, List<DagEvent> events) {
    public Applied {
        commits = List.copyOf(commits);
        events = List.copyOf(events);
    }
}
