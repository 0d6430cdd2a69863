package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A snapshot with one chunk of entries and one of digests, whose bytes only have the right ids. */
record Snapshots(Manifest manifest, SnapshotChunk digests, SnapshotChunk entries, PublishedSnapshot published) {
    private static final LogIdentity LOG = new LogIdentity("cluster", "topic");

    static Snapshots of(long checkpoint, boolean isCertified) {
        return of(checkpoint, isCertified, LOG.clusterId());
    }

    /** As it stands in the topics before it is installed. */
    static Snapshots ofPeers(long checkpoint) {
        return of(checkpoint, true, SnapshotShelf.OF_PEERS);
    }

    private static Snapshots of(long checkpoint, boolean isCertified, String clusterId) {
        SnapshotChunk digests = chunk("digests of " + checkpoint);
        SnapshotChunk entries = chunk("entries of " + checkpoint);
        var manifest = new Manifest(
                Vertices.NETWORK,
                1,
                checkpoint,
                checkpoint * 16,
                checkpoint * 20,
                Hash.ZERO,
                Hash.ZERO,
                1,
                Hash.of(digests.getId()),
                List.of(new ChunkRef(0, 1, 1, 20, Hash.of(entries.getId()))));
        @Nullable ByteBuffer certificate = isCertified ? ByteBuffer.wrap(new byte[] {2}) : null;
        var binding = new OffsetBinding(clusterId, Topics.VERIFIED.name(), LOG.topicId(), 0, null, 5L, 3L);
        return new Snapshots(
                manifest,
                digests,
                entries,
                new PublishedSnapshot(
                        ByteBuffer.wrap(manifest.encode()),
                        binding,
                        null,
                        Instant.ofEpochSecond(checkpoint),
                        2L * BucketDigests.sizeOf(1),
                        2,
                        certificate));
    }

    private static SnapshotChunk chunk(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return new SnapshotChunk(Domain.contentId(bytes).fixed(), (long) bytes.length, ByteBuffer.wrap(bytes));
    }

    Hash hash() {
        return manifest.hash();
    }

    void write(TestBroker broker) {
        write(broker, entries);
        write(broker, digests);
        broker.write(Topics.MANIFESTS, hash().hex(), Cluster.encode(Topics.MANIFESTS, published));
    }

    static void write(TestBroker broker, SnapshotChunk chunk) {
        broker.write(Topics.CHUNKS, Hash.of(chunk.getId()).hex(), Cluster.encode(Topics.CHUNKS, chunk));
    }

    /** As the snapshotter does. */
    void remove(TestBroker broker) {
        broker.write(Topics.MANIFESTS, hash().hex(), null);
        broker.write(Topics.CHUNKS, Hash.of(entries.getId()).hex(), null);
        broker.write(Topics.CHUNKS, Hash.of(digests.getId()).hex(), null);
    }
}
