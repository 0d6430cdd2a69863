package dev.meshlog.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A broker with what the ledger would write into it, snapshotters on it, and what they have published. */
final class SnapshotCluster {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final TestBroker broker;
    private final Path directory;
    private final BlockingQueue<PublishedSnapshot> published = new LinkedBlockingQueue<>();
    private Optional<Duration> keepLogFor = Optional.empty();

    SnapshotCluster(TestBroker broker, Path directory) {
        this.broker = broker;
        this.directory = directory;
    }

    /** Records of the verified log; what they say does not matter here. */
    void fillLog(int records) {
        try (var producer = broker.cluster().producer()) {
            for (int i = 0; i < records; i++) {
                var unused = producer.send(new ProducerRecord<>(Topics.VERIFIED.name(), "k", new byte[1]));
            }
        }
    }

    /** The first offset of the verified log. */
    long logBegin() {
        try (var log = new VerifiedLog(broker.cluster())) {
            return log.begin();
        }
    }

    /** From the next snapshotter on. */
    void shortenLog() {
        keepLogFor = Optional.of(Duration.ZERO);
    }

    Snapshotter start(int keep) {
        return start(keep, directory.resolve("store"));
    }

    Snapshotter start(int keep, Path store) {
        return follow(create(keep, store));
    }

    /** Starts it. */
    Snapshotter follow(Snapshotter snapshotter) {
        snapshotter.onPublished(published::add);
        snapshotter.start();
        return snapshotter;
    }

    Snapshotter create(int keep, Path store) {
        return new Snapshotter(
                broker.cluster(),
                History.network(),
                new Snapshotter.Settings(store, Duration.ZERO, keep, keepLogFor),
                Clock.systemUTC());
    }

    PublishedSnapshot next(Snapshotter snapshotter) throws InterruptedException {
        await().atMost(PATIENCE)
                .until(() -> !published.isEmpty() || snapshotter.failure().isPresent());
        assertThat(snapshotter.failure()).isEmpty();
        return published.take();
    }

    /** The changes, and a certificate for each checkpoint that they end. */
    void write(List<CommitChanges> changes) {
        writeUncertified(changes);
        for (CommitChanges part : changes) {
            if (part.getEnd() != null && part.getEnd().getCheckpoint() != null) {
                var checkpoint = part.getEnd().getCheckpoint();
                certify(checkpoint.getIndex(), Hash.of(checkpoint.getRoot()));
            }
        }
    }

    void writeUncertified(List<CommitChanges> changes) {
        for (CommitChanges part : changes) {
            broker.write(Topics.CHANGES, Long.toString(part.getCommitIndex()), Cluster.encode(Topics.CHANGES, part));
        }
    }

    void certify(long checkpointIndex, Hash root) {
        broker.write(
                Topics.CERTIFICATES,
                Long.toString(checkpointIndex),
                Cluster.encode(Topics.CERTIFICATES, History.certificate(checkpointIndex, root)));
    }

    static Manifest manifest(PublishedSnapshot snapshot) throws Exception {
        return Manifest.parse(Buffers.array(snapshot.getManifest()), History.NETWORK);
    }

    static Set<String> named(Map<String, PublishedSnapshot> manifests) throws Exception {
        Set<String> named = new HashSet<>();
        for (PublishedSnapshot each : manifests.values()) {
            Manifest manifest = manifest(each);
            named.add(manifest.digestsId().hex());
            manifest.chunks().forEach(chunk -> named.add(chunk.id().hex()));
        }
        return named;
    }

    /** From what is in the cluster, every chunk verified. */
    State restore(Manifest manifest) throws Exception {
        Map<String, SnapshotChunk> chunks = broker.table(Topics.CHUNKS);
        var store = new MemoryStateStore();
        var reader = new ChunkReader(manifest, bytes(chunks, manifest.digestsId()));
        for (ChunkRef ref : manifest.chunks()) {
            reader.verify(ref, bytes(chunks, ref.id())).applyTo(store);
        }
        return new State(store, manifest.bucketBits());
    }

    private static byte[] bytes(Map<String, SnapshotChunk> chunks, Hash id) throws Exception {
        SnapshotChunk chunk = Objects.requireNonNull(chunks.get(id.hex()), () -> "chunk " + id);
        return ChunkCompression.decompress(Buffers.array(chunk.getZstd()), (int) chunk.getSize());
    }

    static SnapshotChunk chunk(Hash id) {
        byte[] bytes = {1, 2, 3};
        return SnapshotChunk.newBuilder()
                .setId(id.fixed())
                .setSize(bytes.length)
                .setZstd(ByteBuffer.wrap(ChunkCompression.compress(bytes)))
                .build();
    }
}
