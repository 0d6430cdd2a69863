package dev.meshlog.infra.node;

import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.replayer.Installation;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.util.Optional;

/** What this cluster has of the ledger before anything of it is started. */
final class LedgerLog {
    private final Cluster cluster;
    private final Installation installation;

    LedgerLog(Cluster cluster, Installation installation) {
        this.cluster = cluster;
        this.installation = installation;
    }

    /** Whether there was never a vertex in it. */
    boolean isEmpty() {
        return isEmpty(Topics.VERTICES) && isEmpty(Topics.VERIFIED);
    }

    /** Whether the ledger goes on from what is here. */
    boolean hasState() {
        return !isEmpty(Topics.COMMITS) || newestSnapshot().isPresent();
    }

    /** Of a state that was installed or cut in this log. */
    Optional<Manifest> newestSnapshot() {
        return installation.newestOfThisLog();
    }

    private boolean isEmpty(Topic<String, ?> topic) {
        try (var consumer = cluster.undecodedConsumer()) {
            return consumer.endOffsets(TopicReader.partitions(consumer, topic)).values().stream()
                    .allMatch(end -> end == 0);
        }
    }
}
