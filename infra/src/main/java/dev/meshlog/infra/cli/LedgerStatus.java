package dev.meshlog.infra.cli;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** How far the ledger is, by its topics alone: nothing of Meshlog needs to run. */
final class LedgerStatus {
    private static final long FIRST_WINDOW = 500;

    private LedgerStatus() {}

    static Map<String, Object> read(CommonOptions options) {
        var status = new LinkedHashMap<String, Object>();
        try (var access = ClusterAccess.open(options)) {
            Newest newest = newest(access);
            if (newest.commit == null) {
                status.put("commit", "none yet");
            } else {
                status.put("commit", newest.commit.getIndex());
                status.put("commitHash", Hash.of(newest.commit.getCommitHash()).hex());
                status.put("leaderRound", newest.commit.getLeaderRound());
                status.put("epoch", newest.commit.getEpoch());
                status.put("replayFrom", newest.commit.getPosition().getReplayFrom());
            }
            if (newest.checkpoint != null) {
                var checkpoint = newest.checkpoint.getCheckpoint();
                status.put("checkpoint", checkpoint.getIndex());
                status.put("checkpointCommit", newest.checkpoint.getIndex());
                status.put("stateRoot", Hash.of(checkpoint.getRoot()).hex());
                status.put("entries", checkpoint.getEntries());
            }
            Map<String, PublishedSnapshot> snapshots = new HashMap<>();
            TopicReader.readAll(access.cluster(), Topics.MANIFESTS, rec -> {
                if (rec.value() == null) {
                    snapshots.remove(rec.key());
                } else {
                    snapshots.put(rec.key(), rec.value());
                }
            });
            status.put("snapshots", snapshots.size());
            snapshots.entrySet().stream()
                    .max(Comparator.comparing(entry -> entry.getValue().getCreatedAtMs()))
                    .ifPresent(entry -> {
                        status.put("newestSnapshot", entry.getKey());
                        status.put(
                                "newestSnapshotAt",
                                entry.getValue().getCreatedAtMs().toString());
                    });
        }
        return status;
    }

    private static final class Newest {
        private @Nullable CommitRecord commit;
        private @Nullable CommitRecord checkpoint;
    }

    /** Reads backwards in growing windows until a checkpoint is in sight or the topic's beginning. */
    private static Newest newest(ClusterAccess access) {
        var partition = new TopicPartition(Topics.COMMITS.name(), 0);
        var newest = new Newest();
        try (var consumer = access.cluster().consumerToEnd(Topics.COMMITS)) {
            consumer.assign(List.of(partition));
            long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            for (long window = FIRST_WINDOW; newest.checkpoint == null; window *= 8) {
                long from = Math.max(first, end - window);
                consumer.seek(partition, from);
                TopicReader.readToEnd(consumer, List.of(partition), rec -> {
                    newest.commit = rec.value();
                    if (rec.value().getCheckpoint() != null) {
                        newest.checkpoint = rec.value();
                    }
                });
                if (from == first) {
                    break;
                }
            }
        }
        return newest;
    }
}
