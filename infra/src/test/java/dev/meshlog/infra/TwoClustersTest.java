package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.chain.InMemoryPendingVertices;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.EntryDifference;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.ledger.vertex.Call;
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
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.snapshotter.Snapshotter;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.ledger.LedgerStreams;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** O5 of the reliability oracles: what a cluster publishes of a checkpoint depends on the set of vertices alone. */
class TwoClustersTest {
    private static final long SEED = 90;
    private static final int ROUNDS = 90;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private long lastCommit;
    private final List<SigningKey> keys = IntStream.range(1, 5)
            .mapToObj(number ->
                    SigningKey.ofSeed(ByteBuffer.allocate(32).putInt(number).array()))
            .toList();
    private final GenesisConfig genesis = new GenesisConfig(
            "two clusters",
            keys.stream().map(key -> new Validator(key.publicKey(), 1, "", 0)).toList(),
            1_000,
            20,
            8,
            6,
            1_000,
            List.of(),
            List.of());

    @Test
    void sameVerticesInAnyOrderAndPartitionGiveTheSameManifestsByteForByte() throws Exception {
        List<Vertex> vertices = vertices();
        Map<Long, String> inOrder = manifests("first", vertices, 0);
        List<Vertex> disordered = new ArrayList<>(vertices);
        for (int from = 0; from < disordered.size(); from += 30) {
            Collections.shuffle(disordered.subList(from, Math.min(disordered.size(), from + 30)), random);
        }
        Map<Long, String> shuffled = manifests("second", disordered, Topics.VERTICES.partitions());

        Set<Long> both = new HashSet<>(inOrder.keySet());
        both.retainAll(shuffled.keySet());
        assertThat(both)
                .as("seed %d, checkpoints that both have a snapshot of", SEED)
                .isNotEmpty();
        for (long checkpoint : both) {
            assertThat(shuffled.get(checkpoint))
                    .as("seed %d, checkpoint %d", SEED, checkpoint)
                    .isEqualTo(inOrder.get(checkpoint));
        }
    }

    /** Every validator attests what it executed, so that checkpoints are certified. */
    private List<Vertex> vertices() throws Exception {
        var ledger = new Ledger(
                genesis,
                new State(new MemoryStateStore(), genesis.bucketBits()),
                new InMemoryPendingVertices(),
                Ed25519.fastest(),
                List.of(new SystemPod()));
        List<Vertex> all = new ArrayList<>();
        for (long round = 1; round <= ROUNDS; round++) {
            List<Vertex> made = new ArrayList<>();
            for (SigningKey key : keys) {
                made.add(new VertexFactory(genesis.networkId(), genesis.epochLength(), key)
                        .make(
                                round,
                                ledger.producerView(key.publicKey()).parents(round),
                                List.of(creation(key)),
                                ledger.checkpoint().index(),
                                ledger.checkpoint().root(),
                                round));
            }
            for (Vertex vertex : made) {
                ledger.apply(vertex, all.size());
                all.add(vertex);
            }
        }
        lastCommit = ledger.head().commitIndex();
        return all;
    }

    private byte[] creation(SigningKey sender) {
        byte[] content = new byte[200];
        random.nextBytes(content);
        return Transaction.sign(
                        genesis.networkId(),
                        new Call(
                                sender.publicKey(),
                                List.of(),
                                List.of(),
                                1,
                                SystemPod.NAME,
                                "create_object",
                                content,
                                900),
                        sender)
                .bytes();
    }

    /**
     * What a fresh cluster publishes.
     *
     * @param partitions 0: by producer; else any of so many
     * @return the manifests' bytes by checkpoint, in hex
     */
    private Map<Long, String> manifests(String name, List<Vertex> vertices, int partitions) throws Exception {
        Path home = directory.resolve(name);
        try (var broker =
                EmbeddedBroker.start(home.resolve("broker"), Uuid.randomUuid().toString(), 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            try (Admin admin = cluster.admin()) {
                new TopicProvisioning(admin).apply();
            }
            new SchemaTopic(cluster).publish();
            write(cluster, vertices, partitions);
            var manifests = new TreeMap<Long, String>();
            try (var streams = new StreamsApp(
                            name,
                            LedgerStreams.topology(genesis),
                            LedgerStreams.properties(cluster, home.resolve("streams")));
                    var snapshotter = new Snapshotter(
                            cluster,
                            Snapshotter.Network.of(genesis),
                            new Snapshotter.Settings(home.resolve("snapshotter"), Duration.ZERO, 100, Optional.empty()),
                            Clock.systemUTC())) {
                streams.start();
                snapshotter.start();
                // The newest checkpoint with a certificate gets a snapshot, whatever comes between.
                await().atMost(PATIENCE)
                        .failFast(() -> streams.failure().isPresent()
                                || snapshotter.failure().isPresent())
                        .until(() -> {
                            read(cluster, manifests);
                            return manifests.containsKey(newestCertified(cluster));
                        });
            }
            recoveredStateIsTheLiveOne(cluster, home);
            return manifests;
        }
    }

    /** What the snapshotter made of the changes, against a replay that takes nothing from it, up to where it stood. */
    private void recoveredStateIsTheLiveOne(Cluster cluster, Path home) {
        try (RocksStateStore live = RocksStateStore.open(home.resolve("snapshotter"), genesis.bucketBits())) {
            long commit = live.number("commitIndex").orElseThrow();
            Path target = home.resolve("recovered");
            RecoveryReport report = new Replayer(cluster, genesis, Clock.systemUTC())
                    .recover(new Replayer.Plan(target, true, commit, new Trust.OfGenesis()), RecoveryListener.NONE);
            assertThat(report.differences()).isEmpty();
            List<EntryDifference> differences = new ArrayList<>();
            try (RocksStateStore recovered = StateDirectory.open(target, genesis)) {
                StateDiff.ofStores(live, recovered, genesis, new StateDiff.Visitor() {
                    @Override
                    public void buckets(IntStream buckets) {
                        assertThat(buckets.toArray()).isEmpty();
                    }

                    @Override
                    public void entry(EntryDifference difference) {
                        differences.add(difference);
                    }
                });
            }
            assertThat(differences).as("commit %d", commit).isEmpty();
        }
    }

    private static void write(Cluster cluster, List<Vertex> vertices, int partitions) throws Exception {
        var where = new Random(SEED);
        try (var producer = cluster.producer()) {
            for (Vertex vertex : vertices) {
                Integer partition = partitions == 0 ? null : where.nextInt(partitions);
                producer.send(new ProducerRecord<>(
                                Topics.VERTICES.name(),
                                partition,
                                vertex.producer().hex(),
                                Cluster.encode(Topics.VERTICES, vertex.record())))
                        .get();
            }
        }
    }

    /** −1 while not all vertices are ordered. */
    private long newestCertified(Cluster cluster) {
        long[] newest = {0, -1};
        TopicReader.readAll(cluster, Topics.COMMITS, rec -> newest[0] = Math.max(newest[0], Long.parseLong(rec.key())));
        TopicReader.readAll(
                cluster, Topics.CERTIFICATES, rec -> newest[1] = Math.max(newest[1], Long.parseLong(rec.key())));
        return newest[0] < lastCommit ? -1 : newest[1];
    }

    private void read(Cluster cluster, Map<Long, String> manifests) throws InvalidSnapshotException {
        List<byte[]> published = new ArrayList<>();
        TopicReader.readAll(
                cluster,
                Topics.MANIFESTS,
                rec -> published.add(
                        Buffers.array(Objects.requireNonNull(rec.value()).getManifest())));
        for (byte[] bytes : published) {
            manifests.put(Manifest.parse(bytes, genesis.networkId()).checkpointIndex(), Hex.of(bytes));
        }
    }
}
