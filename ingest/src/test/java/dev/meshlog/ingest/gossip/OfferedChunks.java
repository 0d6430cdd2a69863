package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.SnapshotQuery;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.avro.specific.SpecificRecordBase;

/** A manifest whose chunks have the right ids, whatever is in them, and peers that hand them out. */
final class OfferedChunks {
    private static final int BUCKETS = 32;
    final Manifest manifest;
    final Map<Hash, SnapshotChunk> chunks = new HashMap<>();

    OfferedChunks(Hash networkId, long checkpoint) {
        this(networkId, checkpoint, checkpoint * 20);
    }

    OfferedChunks(Hash networkId, long checkpoint, long leaderRound) {
        var random = new Random(checkpoint);
        List<ChunkRef> refs = new ArrayList<>();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            byte[] bytes = new byte[700_000];
            random.nextBytes(bytes);
            Hash id = add(bytes);
            refs.add(new ChunkRef(bucket, bucket, 1, bytes.length, id));
        }
        Hash digests = add(new byte[BUCKETS * Hash.LENGTH]);
        manifest = new Manifest(
                networkId, 5, checkpoint, checkpoint * 16, leaderRound, Hash.ZERO, Hash.ZERO, BUCKETS, digests, refs);
    }

    private Hash add(byte[] bytes) {
        Hash id = Domain.contentId(bytes);
        chunks.put(
                id,
                new SnapshotChunk(id.fixed(), (long) bytes.length, ByteBuffer.wrap(ChunkCompression.compress(bytes))));
        return id;
    }

    PublishedSnapshot published() {
        return PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(manifest.encode()))
                .setBinding(new OffsetBinding("cluster", "topic", "id", 0, null, 5L, 3L))
                .setCreatedAtMs(Instant.EPOCH)
                .setCompressedBytes(1)
                .setWrittenChunks(1)
                .setCertificate(ByteBuffer.wrap(new byte[] {1}))
                .build();
    }

    /** A peer that has it all. */
    ScriptedPeer good(int number) {
        return new ScriptedPeer(StandIn.info(number, "192.0.2." + number, true), this::answer);
    }

    Says answer(SpecificRecordBase question) {
        if (question instanceof SnapshotQuery) {
            return Says.all(List.of(published()));
        }
        return Says.all(List.of(chunk((ChunkQuery) question)));
    }

    SnapshotChunk chunk(ChunkQuery question) {
        return Objects.requireNonNull(chunks.get(Hash.of(question.getId())));
    }
}
