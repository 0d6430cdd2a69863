package dev.meshlog.infra.bench;

import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LogPosition;
import dev.meshlog.snapshotter.Candidate;
import dev.meshlog.snapshotter.SnapshotPublisher;
import dev.meshlog.streams.ledger.CommitRecords;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The ledger while it writes its history: every vertex goes into the verified log and is executed, every commit is published. Signatures are
 * believed: it made them itself. One thread.
 */
final class HistoryWriter {
    /** Their writes are made durable together. */
    private static final int ROUNDS_A_BATCH = 10;

    private static final long PROGRESS = 100_000;

    private final BenchNetwork network;
    private final RocksStateStore store;
    private final Cluster cluster;
    private final Producer<String, byte[]> producer;
    private final LedgerHistory.Load load;
    private final Clock clock;
    private final Consumer<String> progress;
    private final List<ObjectWrites> writes;
    private final Set<String> begun = new HashSet<>();
    private final State state;
    private final Ledger ledger;
    private long written;
    private long executed;
    private long executedBefore;
    private long nextOffset;
    private boolean wantsSnapshot;

    HistoryWriter(
            BenchNetwork network,
            RocksStateStore store,
            Cluster cluster,
            Producer<String, byte[]> producer,
            LedgerHistory.Load load,
            Clock clock,
            Consumer<String> progress) {
        this.network = network;
        this.store = store;
        this.cluster = cluster;
        this.producer = producer;
        this.load = load;
        this.clock = clock;
        this.progress = progress;
        this.writes = IntStream.range(0, LedgerHistory.VALIDATORS)
                .mapToObj(i -> new ObjectWrites(
                        network.networkId(),
                        BenchNetwork.key(1_000_000),
                        (load.objects() + LedgerHistory.VALIDATORS - 1 - i) / LedgerHistory.VALIDATORS,
                        i))
                .toList();
        this.state = new State(store, network.genesis().bucketBits());
        this.ledger = new Ledger(
                network.genesis(),
                state,
                store.pendingVertices(network.networkId()),
                (key, message, signature) -> true,
                List.of(new SystemPod()));
    }

    /**
     * Goes on until there are so many transactions, a few more for a whole round, and all are executed.
     *
     * @param each is given every vertex
     */
    void write(long transactions, Consumer<Vertex> each) throws SafetyViolationException {
        while (written < transactions || executed < written) {
            round(Math.max(0, transactions - written)).forEach(each);
        }
        commit();
    }

    /** Goes on without transactions until a checkpoint is there. */
    void publishSnapshot() throws SafetyViolationException {
        wantsSnapshot = true;
        while (wantsSnapshot) {
            round(0);
        }
        executedBefore = executed;
    }

    long executedBehindTheSnapshot() {
        return executed - executedBefore;
    }

    /** @param missing transactions */
    private List<Vertex> round(long missing) throws SafetyViolationException {
        int each = (int) Math.min(
                LedgerHistory.TRANSACTIONS, (missing + LedgerHistory.VALIDATORS - 1) / LedgerHistory.VALIDATORS);
        List<List<byte[]>> transactions = IntStream.range(0, LedgerHistory.VALIDATORS)
                .parallel()
                .mapToObj(i -> writes.get(i).next(each, network.round()))
                .toList();
        List<Vertex> vertices = network.nextRound(transactions::get);
        for (Vertex vertex : vertices) {
            take(vertex);
        }
        if (network.round() % ROUNDS_A_BATCH == 0) {
            commit();
        }
        long before = written;
        written += (long) each * LedgerHistory.VALIDATORS;
        if (before / PROGRESS < written / PROGRESS) {
            progress.accept(
                    String.format(Locale.ROOT, "%,d of %,d transactions are written", written, load.transactions()));
        }
        return vertices;
    }

    private void take(Vertex vertex) throws SafetyViolationException {
        send(Topics.VERIFIED, vertex.producer().hex(), Cluster.encode(Topics.VERIFIED, vertex.record()));
        List<CommitOutput> commits = ledger.apply(vertex, nextOffset++).commits();
        for (CommitOutput commit : commits) {
            if (commit.failedTransactions() > 0) {
                throw new IllegalStateException("a transaction of the bench fails: " + commit.results());
            }
            executed += commit.results().size();
            send(
                    Topics.COMMITS,
                    Long.toString(commit.index()),
                    Cluster.encode(Topics.COMMITS, CommitRecords.commit(commit)));
        }
        if (wantsSnapshot && !commits.isEmpty()) {
            publish(commits.get(commits.size() - 1));
        }
    }

    /**
     * What is lost on the way makes every recovery fail. A topic that is new may refuse its first batch for a moment, and would take the second before
     * it: so its first record goes alone.
     */
    private void send(Topic<String, ?> topic, String key, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(topic.name(), key, value));
        if (begun.add(topic.name())) {
            producer.flush();
        }
    }

    private void commit() {
        state.flush();
        store.commit();
        producer.flush();
    }

    /** If the commit ends a checkpoint; it is the newest one, so the state is the one behind it. */
    private void publish(CommitOutput commit) {
        if (commit.checkpoint().isEmpty()) {
            return;
        }
        commit();
        var mark = commit.checkpoint().get();
        try (var publisher = new SnapshotPublisher(
                        cluster, network.networkId(), LogIdentity.of(cluster), 1, Optional.empty(), clock);
                var candidate = new Candidate(
                        mark.index(),
                        commit.index(),
                        commit.leader().round(),
                        commit.commitHash(),
                        mark.root(),
                        state.bucketDigests(),
                        store.view(),
                        new LogPosition(commit.nextOffset(), commit.replayFrom()))) {
            publisher.open();
            publisher.publish(candidate, network.certificate(mark).encode());
        }
        wantsSnapshot = false;
    }
}
