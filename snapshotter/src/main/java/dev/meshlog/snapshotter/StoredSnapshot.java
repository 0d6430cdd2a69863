package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A snapshot with what belongs to it, as {@code ledger.snapshots.manifests} or an exported file has it.
 *
 * @param hash of the manifest
 */
public record StoredSnapshot(Hash hash, Manifest manifest, PublishedSnapshot published) {
    /** With equal ones as often as they are named, the digests chunk first. */
    Stream<Hash> chunkIds() {
        return Stream.concat(
                Stream.of(manifest.digestsId()), manifest.chunks().stream().map(ChunkRef::id));
    }

    /** Every chunk once, the digests chunk among them, with its size before compression. */
    public Map<Hash, Integer> chunkSizes() {
        var sizes = new HashMap<Hash, Integer>();
        sizes.put(manifest.digestsId(), manifest.digestsSize());
        manifest.chunks().forEach(chunk -> sizes.put(chunk.id(), chunk.size()));
        return sizes;
    }

    /** Whether its offsets mean this log. */
    public boolean isOf(LogIdentity log) {
        OffsetBinding binding = published.getBinding();
        return binding.getClusterId().equals(log.clusterId())
                && binding.getTopicId().equals(log.topicId());
    }

    public long replayFrom() {
        return published.getBinding().getReplayFrom();
    }

    /** Canonical bytes; none when the snapshot has no certificate. */
    public byte[] certificate() {
        ByteBuffer certificate = published.getCertificate();
        return certificate == null ? new byte[0] : Buffers.array(certificate);
    }
}
