package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.Applied;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the ledger over the verified log again and compares every checkpoint with what was published for it. One thread. */
final class LogReplay {
    private static final Logger LOG = LoggerFactory.getLogger(LogReplay.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final RocksStateStore store;
    private final Map<Long, PublishedCommits.Commit> published;
    private final long newestPublished;
    private final State state;
    private final Ledger ledger;
    private final List<String> differences = new ArrayList<>();
    private long vertices;
    private int checked;
    private CheckpointMark checkpoint;
    private RecoveryReport.@Nullable Compared compared;

    /** @param store with the state to go on from; an empty one becomes the genesis state */
    LogReplay(Cluster cluster, GenesisConfig genesis, RocksStateStore store, PublishedCommits published) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.store = store;
        this.published = published.byIndex();
        this.newestPublished = published.newest();
        this.state = new State(store, genesis.bucketBits());
        this.ledger = new Ledger(
                genesis,
                state,
                store.pendingVertices(genesis.networkId()),
                Ed25519.fastest(),
                List.of(new SystemPod()));
        this.checkpoint = ledger.checkpoint();
        commit();
        PublishedCommits.Commit start = this.published.get(head().commitIndex());
        if (start != null) {
            compareHash(head().commitIndex(), start.commitHash(), head().commitHash());
            Hash root = start.root();
            if (root != null && start.checkpointIndex() == checkpoint.index()) {
                compareRoot(root, checkpoint);
            }
        }
    }

    /**
     * Replays to the end of the log as it is now, or up to a commit.
     *
     * @throws RecoveryException when the log no longer reaches back to {@code from}, or not up to {@code toCommit}
     */
    void run(long from, long toCommit, RecoveryListener listener) {
        var partition = new TopicPartition(Topics.VERIFIED.name(), 0);
        try (var consumer = cluster.undecodedConsumer()) {
            consumer.assign(List.of(partition));
            long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            if (first > from) {
                throw new RecoveryException(
                        "%s begins at offset %d, replay needs it from %d on; a newer snapshot may do"
                                .formatted(partition, first, from));
            }
            if (from > end) {
                throw new RecoveryException("%s ends at offset %d, replay starts at %d: the log was truncated"
                        .formatted(partition, end, from));
            }
            consumer.seek(partition, from);
            while (consumer.position(partition) < end && ledger.head().commitIndex() < toCommit) {
                for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL)) {
                    if (rec.offset() >= end || ledger.head().commitIndex() >= toCommit) {
                        break;
                    }
                    apply(rec, toCommit);
                }
                commit();
                listener.replayed(
                        consumer.position(partition), end, ledger.head().commitIndex());
            }
        }
        long reached = ledger.head().commitIndex();
        if (toCommit != Long.MAX_VALUE && reached < toCommit) {
            throw new RecoveryException(
                    "commit %d is not reached: %s ends at commit %d".formatted(toCommit, partition, reached));
        }
        if (reached < Math.min(toCommit, newestPublished)) {
            differences.add("%s ends at commit %d, commits up to %d were published: vertices are missing"
                    .formatted(partition, reached, newestPublished));
        }
    }

    ChainHead head() {
        return ledger.head();
    }

    /** The newest checkpoint, computed here. */
    CheckpointMark checkpoint() {
        return checkpoint;
    }

    long entries() {
        return state.entries();
    }

    long vertices() {
        return vertices;
    }

    /** The newest checkpoint of which a root had been published. */
    RecoveryReport.@Nullable Compared compared() {
        return compared;
    }

    int checkedCheckpoints() {
        return checked;
    }

    List<String> differences() {
        return differences;
    }

    private void apply(ConsumerRecord<String, byte[]> rec, long toCommit) {
        Vertex vertex;
        try {
            vertex = Vertex.parse(genesis.networkId(), decode(rec));
        } catch (MalformedRecordException e) {
            LOG.warn("offset {} is passed over, as the ledger does: {}", rec.offset(), e.getMessage());
            return;
        }
        try {
            Applied applied = ledger.apply(vertex, rec.offset(), toCommit);
            vertices++;
            applied.commits().forEach(this::compare);
        } catch (SafetyViolationException e) {
            throw new RecoveryException("replay halts at offset " + rec.offset() + ": " + e.getMessage(), e);
        }
    }

    private void compare(CommitOutput commit) {
        commit.checkpoint().ifPresent(mark -> checkpoint = mark);
        PublishedCommits.Commit expected = published.get(commit.index());
        if (expected == null) {
            return;
        }
        compareHash(commit.index(), expected.commitHash(), commit.commitHash());
        Hash expectedRoot = expected.root();
        if (expectedRoot != null && commit.checkpoint().isPresent()) {
            compareRoot(expectedRoot, commit.checkpoint().get());
        }
    }

    private void compareRoot(Hash expected, CheckpointMark replayed) {
        checked++;
        compared = new RecoveryReport.Compared(replayed.index(), expected, replayed.root());
        if (!expected.equals(replayed.root())) {
            differences.add("checkpoint %d: published root %s, replayed %s"
                    .formatted(replayed.index(), expected, replayed.root()));
        }
    }

    private void compareHash(long index, Hash expected, Hash replayed) {
        if (!expected.equals(replayed)) {
            differences.add("commit %d: published hash %s, replayed %s".formatted(index, expected, replayed));
        }
    }

    private static SignedVertex decode(ConsumerRecord<String, byte[]> rec) {
        if (rec.value() == null) {
            throw new MalformedRecordException("a record without a value");
        }
        return Topics.VERIFIED.values().deserializer().deserialize(rec.topic(), rec.value());
    }

    private void commit() {
        state.flush();
        store.commit();
    }
}
