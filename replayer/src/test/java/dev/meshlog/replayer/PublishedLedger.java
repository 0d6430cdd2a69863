package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.PendingVertices;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.query.ResultIndex;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateChunks;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.LogPosition;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.ledger.TransactionResult;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A running ledger as its topics show it: the verified log in transactions of a few vertices, the commits, and snapshots of the checkpoints that are
 * asked for.
 */
final class PublishedLedger {
    private static final int VERTICES_A_TRANSACTION = 3;

    final Network network;
    private final TestBroker broker;
    private final Ledger ledger;
    private final MemoryStateStore folded = new MemoryStateStore();
    private final State fold;
    private final Map<Long, Hash> rootAfter = new HashMap<>();
    private final Map<Long, CommitOutput> commits = new HashMap<>();
    private final List<Long> commitsInCompany = new ArrayList<>();

    /** A snapshot that was published. */
    record Cut(Manifest manifest, long replayFrom) {}

    private final Map<Long, Cut> cuts = new TreeMap<>();

    PublishedLedger(TestBroker broker) {
        this(broker, new Network(4));
    }

    PublishedLedger(TestBroker broker, Network network) {
        this.broker = broker;
        this.network = network;
        ledger = new Ledger(
                network.genesis,
                new State(new MemoryStateStore(), network.genesis.bucketBits()),
                new MemoryPendingVertices(),
                Ed25519.fastest(),
                List.of(new SystemPod()));
        fold = new State(folded, network.genesis.bucketBits());
        GenesisState.entries(network.genesis).forEach(fold::put);
    }

    /** Vertices of the first rounds with objects of 4,000 bytes, each a little early or late. */
    List<Vertex> vertices(long seed, int rounds) {
        return vertices(seed, rounds, 0);
    }

    /** @param forged of so many transactions one has another's signature; 0: none */
    List<Vertex> vertices(long seed, int rounds, int forged) {
        var random = new Random(seed);
        SigningKey key = network.keys.get(0);
        List<Vertex> all = new ArrayList<>(network.generate(random, rounds, number -> {
            byte[] content = new byte[4_000];
            random.nextBytes(content);
            byte[] transaction = Transaction.sign(
                            network.genesis.networkId(),
                            new Call(
                                    key.publicKey(),
                                    List.of(),
                                    List.of(),
                                    1,
                                    SystemPod.NAME,
                                    "create_object",
                                    content,
                                    900),
                            key)
                    .bytes();
            if (forged > 0 && random.nextInt(forged) == 0) {
                transaction[transaction.length - 1] ^= 1;
            }
            return List.of(transaction);
        }));
        for (int from = 0; from < all.size(); from += 16) {
            Collections.shuffle(all.subList(from, Math.min(all.size(), from + 16)), random);
        }
        return all;
    }

    /** @param snapshotEvery number of checkpoints; 0: none */
    void run(List<Vertex> vertices, int snapshotEvery) throws Exception {
        try (var producer = broker.cluster().transactionalProducer("ledger")) {
            producer.initTransactions();
            for (int from = 0; from < vertices.size(); from += VERTICES_A_TRANSACTION) {
                producer.beginTransaction();
                for (Vertex vertex : vertices.subList(from, Math.min(vertices.size(), from + VERTICES_A_TRANSACTION))) {
                    long offset = producer.send(new ProducerRecord<>(
                                    Topics.VERIFIED.name(),
                                    vertex.producer().hex(),
                                    Cluster.encode(Topics.VERIFIED, vertex.record())))
                            .get()
                            .offset();
                    apply(vertex, offset, producer, snapshotEvery);
                }
                producer.commitTransaction();
            }
        }
    }

    /** As the orderer saw them, though one of them has gone from the log since: something else stands at its offset. */
    void runLosing(List<Vertex> vertices, int lost) throws Exception {
        try (var commitsOnly = broker.cluster().transactionalProducer("ledger");
                var log = broker.cluster().producer()) {
            commitsOnly.initTransactions();
            commitsOnly.beginTransaction();
            for (int i = 0; i < vertices.size(); i++) {
                Vertex vertex = vertices.get(i);
                byte[] value = i == lost ? new byte[0] : Cluster.encode(Topics.VERIFIED, vertex.record());
                long offset = log.send(new ProducerRecord<>(
                                Topics.VERIFIED.name(), vertex.producer().hex(), value))
                        .get()
                        .offset();
                apply(vertex, offset, commitsOnly, 0);
            }
            commitsOnly.commitTransaction();
        }
    }

    /** Orders vertices that never come into the log. */
    void runWithoutLog(List<Vertex> vertices) throws Exception {
        try (var producer = broker.cluster().transactionalProducer("ledger")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (Vertex vertex : vertices) {
                apply(vertex, 1_000_000, producer, 0);
            }
            producer.commitTransaction();
        }
    }

    /** Vertices that come into the log while the orderer stands still: nothing is published of their commits. */
    void runUnpublished(List<Vertex> vertices) throws Exception {
        for (Vertex vertex : vertices) {
            long offset = broker.write(
                    Topics.VERIFIED, vertex.producer().hex(), Cluster.encode(Topics.VERIFIED, vertex.record()));
            ledger.apply(vertex, offset).commits().forEach(this::note);
        }
    }

    private void note(CommitOutput commit) {
        commits.put(commit.index(), commit);
        commit.changes().forEach((key, value) -> {
            if (value == null) {
                fold.delete(key);
            } else {
                fold.put(key, value);
            }
        });
        rootAfter.put(commit.index(), fold.root(0));
    }

    private void apply(Vertex vertex, long offset, Producer<String, byte[]> producer, int snapshotEvery)
            throws Exception {
        List<CommitOutput> made = ledger.apply(vertex, offset).commits();
        for (CommitOutput commit : made) {
            if (commit.index() < made.get(made.size() - 1).index()) {
                commitsInCompany.add(commit.index());
            }
            note(commit);
            var unused = producer.send(new ProducerRecord<>(
                    Topics.COMMITS.name(),
                    Long.toString(commit.index()),
                    Cluster.encode(Topics.COMMITS, record(commit))));
            ResultIndex.records(commit).forEach(result -> send(producer, result));
            if (snapshotEvery > 0
                    && commit.checkpoint().isPresent()
                    && commit.checkpoint().get().index() % snapshotEvery == 0) {
                publish(commit, commit.checkpoint().get());
            }
        }
    }

    private static void send(Producer<String, byte[]> producer, TransactionResult result) {
        var unused = producer.send(new ProducerRecord<>(
                Topics.RESULTS.name(), Hash.of(result.getTxId()).hex(), Cluster.encode(Topics.RESULTS, result)));
    }

    static CommitRecord record(CommitOutput commit) {
        return CommitRecord.newBuilder()
                .setIndex(commit.index())
                .setCommitHash(commit.commitHash().fixed())
                .setPreviousHash(commit.previousHash().fixed())
                .setLeader(commit.leader().id().fixed())
                .setLeaderRound(commit.leader().round())
                .setLeaderProducer(commit.leader().producer().fixed())
                .setEpoch(commit.epoch())
                .setVertices(commit.vertexIds().stream().map(Hash::fixed).toList())
                .setTransactions(commit.results().size())
                .setFailedTransactions(commit.failedTransactions())
                .setCheckpoint(commit.checkpoint()
                        .map(mark -> new Checkpoint(mark.index(), mark.root().fixed(), mark.entries()))
                        .orElse(null))
                .setPosition(new LogPosition(commit.nextOffset(), commit.replayFrom()))
                .build();
    }

    private void publish(CommitOutput commit, CheckpointMark mark) {
        NavigableMap<Hash, byte[]> bytes = new TreeMap<>();
        List<ChunkRef> refs = new ArrayList<>();
        var chunks = new StateChunks(network.genesis.bucketBits(), chunk -> {
            refs.add(chunk.ref());
            bytes.put(chunk.id(), chunk.bytes());
        });
        folded.forEachByBucket(network.genesis.bucketBits(), chunks::add);
        chunks.finish();
        bytes.put(fold.bucketDigests().id(), fold.bucketDigests().bytes());
        bytes.forEach(this::writeChunk);
        Manifest manifest = Manifest.of(
                network.genesis.networkId(),
                mark.index(),
                commit.index(),
                commit.leader().round(),
                commit.commitHash(),
                mark.root(),
                fold.bucketDigests(),
                refs);
        LogIdentity log = LogIdentity.of(broker.cluster());
        writeManifest(manifest, log.clusterId(), log.topicId(), commit.replayFrom());
        cuts.put(mark.index(), new Cut(manifest, commit.replayFrom()));
    }

    void writeChunk(Hash id, byte[] bytes) {
        broker.write(
                Topics.CHUNKS,
                id.hex(),
                Cluster.encode(
                        Topics.CHUNKS,
                        SnapshotChunk.newBuilder()
                                .setId(id.fixed())
                                .setSize(bytes.length)
                                .setZstd(ByteBuffer.wrap(ChunkCompression.compress(bytes)))
                                .build()));
    }

    /** With a certificate of all validators. */
    void writeManifest(Manifest manifest, String clusterId, String topicId, long replayFrom) {
        writeManifest(manifest, clusterId, topicId, replayFrom, certificate(manifest, network.keys));
    }

    byte[] certificate(Manifest manifest, List<SigningKey> signers) {
        return SmallSnapshot.certificate(network, manifest, signers);
    }

    void writeManifest(
            Manifest manifest, String clusterId, String topicId, long replayFrom, byte @Nullable [] certificate) {
        broker.write(
                Topics.MANIFESTS,
                manifest.hash().hex(),
                Cluster.encode(
                        Topics.MANIFESTS,
                        PublishedSnapshot.newBuilder()
                                .setManifest(ByteBuffer.wrap(manifest.encode()))
                                .setBinding(OffsetBinding.newBuilder()
                                        .setClusterId(clusterId)
                                        .setTopic(Topics.VERIFIED.name())
                                        .setTopicId(topicId)
                                        .setPartition(0)
                                        .setCutOffset(replayFrom)
                                        .setReplayFrom(replayFrom)
                                        .build())
                                .setCreatedAtMs(Instant.EPOCH)
                                .setCompressedBytes(0)
                                .setWrittenChunks(0)
                                .setCertificate(certificate == null ? null : ByteBuffer.wrap(certificate))
                                .build()));
    }

    /** The snapshots, oldest first. */
    List<Cut> cuts() {
        return List.copyOf(cuts.values());
    }

    Cut newestCut() {
        return cuts().get(cuts.size() - 1);
    }

    CommitOutput commit(long index) {
        CommitOutput commit = commits.get(index);
        if (commit == null) {
            throw new IllegalArgumentException("commit " + index);
        }
        return commit;
    }

    long newestCommit() {
        return ledger.head().commitIndex();
    }

    /** Commits that one vertex brought together with later ones. */
    List<Long> commitsInCompany() {
        return commitsInCompany;
    }

    /** Root of the state after the commit, as that of checkpoint 0. */
    Hash rootAfter(long commitIndex) {
        Hash root = rootAfter.get(commitIndex);
        if (root == null) {
            throw new IllegalArgumentException("commit " + commitIndex);
        }
        return root;
    }

    private static final class MemoryPendingVertices implements PendingVertices {
        private final NavigableMap<Long, Vertex> vertices = new TreeMap<>();

        @Override
        public void put(long offset, Vertex vertex) {
            vertices.put(offset, vertex);
        }

        @Override
        public void remove(long offset) {
            vertices.remove(offset);
        }

        @Override
        public void forEach(Visitor visitor) {
            vertices.forEach(visitor::visit);
        }
    }
}
