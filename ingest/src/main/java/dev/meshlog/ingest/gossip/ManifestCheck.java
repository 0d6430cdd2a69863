package dev.meshlog.ingest.gossip;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.VerifiedChunk;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds chunks against a state root that is believed, as they come. A certificate covers only the checkpoint and its root; what else a manifest says is anybody's
 * word until its chunks show it. Bytes that have the id which the manifest names, and do not fit the root, make it false whoever hands them out.
 *
 * <p>Any thread, once the digests are there.
 */
final class ManifestCheck {
    private final Manifest manifest;
    private final Map<Hash, List<ChunkRef>> chunks;
    private final ChunkRef chainChunk;
    private volatile byte @Nullable [] digests;

    ManifestCheck(Manifest manifest) {
        this.manifest = manifest;
        this.chunks = manifest.chunks().stream().collect(Collectors.groupingBy(ChunkRef::id));
        int bucket = Buckets.bucketOf(StateKey.chain(), manifest.bucketBits());
        this.chainChunk = manifest.chunks().stream()
                .filter(chunk -> chunk.firstBucket() <= bucket && bucket <= chunk.lastBucket())
                .findFirst()
                .orElseThrow();
    }

    /** What is fetched before anything else, one after the other: the digests, and the chunk that says where the chain stands. A lie about it costs no more. */
    Set<Hash> first() {
        return new LinkedHashSet<>(List.of(manifest.digestsId(), chainChunk.id()));
    }

    /** All chunks with their sizes. */
    Map<Hash, Integer> sizes() {
        Map<Hash, Integer> sizes = new HashMap<>();
        sizes.put(manifest.digestsId(), manifest.digestsSize());
        manifest.chunks().forEach(chunk -> sizes.put(chunk.id(), chunk.size()));
        return sizes;
    }

    /**
     * What of the manifest is not true, if the chunk shows that anything is not.
     *
     * @param content bytes that have this id
     */
    Optional<String> contradiction(Hash id, byte[] content) {
        try {
            if (id.equals(manifest.digestsId())) {
                var unused = manifest.verifyDigests(content);
                digests = content;
            }
            List<ChunkRef> named = chunks.getOrDefault(id, List.of());
            if (!named.isEmpty()) {
                var reader = new ChunkReader(manifest, Objects.requireNonNull(digests, "the digests come first"));
                for (ChunkRef each : named) {
                    VerifiedChunk verified = reader.verify(each, content);
                    if (each.equals(chainChunk) && !saysTheTruth(verified)) {
                        return Optional.of("its state does not stand at commit %d (%s), round %d"
                                .formatted(manifest.commitIndex(), manifest.commitHash(), manifest.leaderRound()));
                    }
                }
            }
            return Optional.empty();
        } catch (InvalidSnapshotException e) {
            return Optional.of(e.reason() + ": " + e.getMessage());
        }
    }

    private boolean saysTheTruth(VerifiedChunk verified) {
        boolean[] isTrue = {false};
        verified.forEachEntry((bucket, key, value) -> {
            if (Arrays.equals(key, StateKey.chain())) {
                isTrue[0] = isWhere(value);
            }
        });
        return isTrue[0];
    }

    private boolean isWhere(byte[] chain) {
        try {
            return ChainHead.decode(chain).isWhere(manifest);
        } catch (MalformedRecordException e) {
            return false;
        }
    }
}
