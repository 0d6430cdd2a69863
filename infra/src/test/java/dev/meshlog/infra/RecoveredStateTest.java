package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.EntryDifference;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.replayer.StateDiff;
import dev.meshlog.replayer.StateDirectory;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.snapshotter.Snapshotter;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.ledger.LedgerStreams;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * O4 of the reliability oracles: what a running ledger holds and what is recovered from its topics is the same, at its end and at a commit before.
 * {@code -Dmeshlog.objects=1000000} makes it the long form.
 */
class RecoveredStateTest {
    private static final int OBJECTS = Integer.getInteger("meshlog.objects", 4_000);
    private static final int TRANSACTIONS_A_VERTEX = 100;
    private static final int ROUNDS_BEHIND = 20;
    private static final int QUIET_ROUNDS = 40;

    /** One object in so many is written again, some rounds later. */
    private static final int WRITTEN_AGAIN = 5;

    private static final Duration PATIENCE = Duration.ofMinutes(2).plusMillis(OBJECTS * 2L);

    @TempDir
    Path directory;

    private final Random random = new Random(OBJECTS);
    private final SigningKey sender =
            SigningKey.ofSeed(ByteBuffer.allocate(32).putInt(77).array());
    private final List<SigningKey> validators = IntStream.range(1, 5)
            .mapToObj(number ->
                    SigningKey.ofSeed(ByteBuffer.allocate(32).putInt(number).array()))
            .toList();
    private final GenesisConfig genesis = new GenesisConfig(
            "recovered state",
            validators.stream()
                    .map(key -> new Validator(key.publicKey(), 1, "", 0))
                    .toList(),
            1_000,
            50,
            16,
            OBJECTS > 100_000 ? 16 : 8,
            1_000,
            List.of(),
            List.of());
    private final List<Hash> created = new ArrayList<>();
    private final NavigableMap<Long, PublishedSnapshot> snapshots = new ConcurrentSkipListMap<>();
    private int surelyCommitted;
    private int createdAtMark;
    private int writtenAgain;

    @Test
    void recoveredStateIsThatOfTheRunningLedgerNowAndAtAnEarlierCommit() throws Exception {
        try (var broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            try (Admin admin = cluster.admin()) {
                new TopicProvisioning(admin).apply();
            }
            new SchemaTopic(cluster).publish();
            run(cluster);

            Path live = directory.resolve("snapshotter");
            long end = commitOf(live);
            assertSame(live, recovered(cluster, "now", false, end));

            // The state of an earlier commit as it was published then, against the log executed again up to it.
            List<Long> before = List.copyOf(snapshots.headMap(end).keySet());
            long earlier = before.get((before.size() - 1) / 2);
            assertSame(recovered(cluster, "published", false, earlier), recovered(cluster, "replayed", true, earlier));
        }
    }

    private void run(Cluster cluster) throws Exception {
        try (var streams = new StreamsApp(
                        "recovered-state",
                        LedgerStreams.topology(genesis),
                        LedgerStreams.properties(cluster, directory.resolve("streams")));
                var snapshotter = new Snapshotter(
                        cluster,
                        Snapshotter.Network.of(genesis),
                        new Snapshotter.Settings(
                                directory.resolve("snapshotter"),
                                Duration.ofMillis(OBJECTS / 50),
                                1_000,
                                Optional.empty()),
                        Clock.systemUTC())) {
            snapshotter.onPublished(snapshot -> snapshots.put(commitOf(snapshot), snapshot));
            streams.start();
            snapshotter.start();
            try (var store = RocksStateStore.open(directory.resolve("writer"), genesis.bucketBits());
                    var producer = cluster.producer()) {
                var writer = new Writer(store, producer);
                writer.writeUntil(OBJECTS / 2);
                await().atMost(PATIENCE)
                        .failFast(() -> streams.failure().isPresent()
                                || snapshotter.failure().isPresent())
                        .until(() -> !snapshots.isEmpty());
                long earlier = snapshots.keySet().iterator().next();
                writer.writeUntil(OBJECTS);
                var newest = new AtomicLong();
                await().atMost(PATIENCE)
                        .failFast(() -> streams.failure().isPresent()
                                || snapshotter.failure().isPresent())
                        .until(() -> snapshots.lastKey() > earlier
                                && newestCommit(cluster, newest)
                                        >= writer.ledger.head().commitIndex());
            }
        }
    }

    /** Every validator attests what it executed, so that checkpoints are certified. */
    private final class Writer {
        private final RocksStateStore store;
        private final Producer<String, byte[]> producer;
        private final State state;
        private final Ledger ledger;
        private long offset;
        private long round = 1;

        Writer(RocksStateStore store, Producer<String, byte[]> producer) {
            this.store = store;
            this.producer = producer;
            this.state = new State(store, genesis.bucketBits());
            this.ledger = new Ledger(
                    genesis,
                    state,
                    store.pendingVertices(genesis.networkId()),
                    (key, message, signature) -> true,
                    List.of(new SystemPod()));
        }

        /** So many objects, and rounds behind them without any, so that all are under a certified checkpoint. */
        void writeUntil(int objects) throws Exception {
            for (int quiet = 0; quiet < QUIET_ROUNDS; round++) {
                if (round % ROUNDS_BEHIND == 0) {
                    surelyCommitted = createdAtMark;
                    createdAtMark = created.size();
                    state.flush();
                    store.commit();
                    producer.flush();
                }
                quiet = created.size() == objects ? quiet + 1 : 0;
                List<Vertex> made = new ArrayList<>();
                for (SigningKey validator : validators) {
                    made.add(new VertexFactory(genesis.networkId(), genesis.epochLength(), validator)
                            .make(
                                    round,
                                    ledger.producerView(validator.publicKey()).parents(round),
                                    transactions(round, objects),
                                    ledger.checkpoint().index(),
                                    ledger.checkpoint().root(),
                                    round));
                }
                for (Vertex vertex : made) {
                    var unused = producer.send(new ProducerRecord<>(
                            Topics.VERTICES.name(),
                            vertex.producer().hex(),
                            Cluster.encode(Topics.VERTICES, vertex.record())));
                    ledger.apply(vertex, offset++);
                }
            }
            producer.flush();
            assertThat(ledger.head().failedTransactions()).isZero();
        }
    }

    private List<byte[]> transactions(long round, int objects) {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < TRANSACTIONS_A_VERTEX) {
            if (writtenAgain * WRITTEN_AGAIN < surelyCommitted) {
                var object = new ObjectRef(created.get(writtenAgain++ * WRITTEN_AGAIN), 1);
                all.add(transaction(List.of(object), 0, "set_object", round).bytes());
            } else if (created.size() < objects) {
                Transaction creation = transaction(List.of(), 1, "create_object", round);
                created.add(creation.createdId(0));
                all.add(creation.bytes());
            } else {
                break;
            }
        }
        return all;
    }

    private Transaction transaction(List<ObjectRef> writes, int creates, String function, long round) {
        byte[] content = new byte[60];
        random.nextBytes(content);
        return Transaction.sign(
                genesis.networkId(),
                new Call(
                        sender.publicKey(),
                        List.of(),
                        writes,
                        creates,
                        SystemPod.NAME,
                        function,
                        content,
                        round + ROUNDS_BEHIND),
                sender);
    }

    private static long newestCommit(Cluster cluster, AtomicLong newest) {
        TopicReader.readAll(
                cluster, Topics.COMMITS, rec -> newest.accumulateAndGet(Long.parseLong(rec.key()), Math::max));
        return newest.get();
    }

    private long commitOf(PublishedSnapshot snapshot) {
        try {
            return Manifest.parse(Buffers.array(snapshot.getManifest()), genesis.networkId())
                    .commitIndex();
        } catch (InvalidSnapshotException e) {
            throw new IllegalStateException("what was just published", e);
        }
    }

    private long commitOf(Path store) {
        try (RocksStateStore opened = RocksStateStore.open(store, genesis.bucketBits())) {
            return opened.number("commitIndex").orElseThrow();
        }
    }

    private Path recovered(Cluster cluster, String name, boolean fromGenesis, long commit) {
        Path target = directory.resolve(name);
        RecoveryReport report = new Replayer(cluster, genesis, Clock.systemUTC())
                .recover(new Replayer.Plan(target, fromGenesis, commit, new Trust.OfGenesis()), RecoveryListener.NONE);
        assertThat(report.differences()).as(name).isEmpty();
        assertThat(report.snapshot() == null).as(name).isEqualTo(fromGenesis);
        return target;
    }

    private void assertSame(Path one, Path other) {
        List<Integer> buckets = new ArrayList<>();
        List<EntryDifference> differences = new ArrayList<>();
        try (RocksStateStore before = RocksStateStore.open(one, genesis.bucketBits());
                RocksStateStore after = StateDirectory.open(other, genesis)) {
            StateDiff.ofStores(before, after, genesis, new StateDiff.Visitor() {
                @Override
                public void buckets(IntStream differing) {
                    differing.forEach(buckets::add);
                }

                @Override
                public void entry(EntryDifference difference) {
                    differences.add(difference);
                }
            });
            assertThat(new State(after, genesis.bucketBits()).entries()).isGreaterThan(100);
        }
        assertThat(buckets).as("%s and %s", one, other).isEmpty();
        assertThat(differences).isEmpty();
    }
}
