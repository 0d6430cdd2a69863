package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Hex;
import java.util.EnumSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SnapshotVectorsTest {
    private final JsonNode file = VectorFiles.read("snapshots.json");
    private final Hash networkId = Hash.ofHex(file.get("networkId").asText());

    @Test
    void entriesAreCutIntoTheirChunksAndManifest() {
        for (JsonNode vector : file.get("snapshots")) {
            String name = vector.get("name").asText();
            SnapshotVectors.Cut cut =
                    SnapshotVectors.cut(vector.get("bucketBits").asInt(), entries(vector));

            assertThat(Hex.of(cut.manifest().encode()))
                    .as(name)
                    .isEqualTo(vector.get("manifest").asText());
            assertThat(Hex.of(cut.digests()))
                    .as(name)
                    .isEqualTo(vector.get("digests").asText());
            for (int i = 0; i < cut.chunks().size(); i++) {
                assertThat(cut.chunks().get(i).id().hex())
                        .as(name)
                        .isEqualTo(vector.get("chunks").get(i).get("id").asText());
            }
        }
        assertThat(file.get("snapshots").get(2).get("chunks").size()).isGreaterThan(3);
    }

    @Test
    void chunksAreVerifiedAndGiveTheEntriesBack() throws Exception {
        for (JsonNode vector : file.get("snapshots")) {
            String name = vector.get("name").asText();
            Manifest manifest = Manifest.parse(
                    Hex.parse(vector.get("manifest").asText()),
                    networkId,
                    Hash.ofHex(vector.get("manifestHash").asText()));
            var reader =
                    new ChunkReader(manifest, Hex.parse(vector.get("digests").asText()));
            var store = new MemoryStateStore();
            SnapshotVectors.Cut cut = SnapshotVectors.cut(manifest.bucketBits(), entries(vector));
            for (int i = 0; i < manifest.chunks().size(); i++) {
                JsonNode its = vector.get("chunks").get(i);
                byte[] bytes = its.has("bytes")
                        ? Hex.parse(its.get("bytes").asText())
                        : cut.chunks().get(i).bytes();
                ChunkRef ref = new ChunkRef(
                        its.get("firstBucket").asInt(),
                        its.get("lastBucket").asInt(),
                        its.get("entries").asLong(),
                        its.get("size").asInt(),
                        Hash.ofHex(its.get("id").asText()));
                reader.verify(ref, bytes).applyTo(store);
            }
            assertThat(new State(store, manifest.bucketBits())
                            .root(vector.get("checkpointIndex").asLong())
                            .hex())
                    .as(name)
                    .isEqualTo(vector.get("stateRoot").asText());
            NavigableMap<byte[], byte[]> found = new TreeMap<>(ChangeSet.KEY_ORDER);
            store.forEach(manifest.bucketBits(), (bucket, key, value) -> found.put(key, value));
            assertThat(Entries.hex(found)).as(name).isEqualTo(Entries.hex(entries(vector)));
        }
    }

    @Test
    void everyRejectionIsGiven() {
        Set<SnapshotRejection> given = EnumSet.noneOf(SnapshotRejection.class);
        for (JsonNode vector : file.get("refused")) {
            var refused = new RefusedSnapshot(
                    Hex.parse(vector.get("manifest").asText()),
                    Hex.parse(vector.get("digests").asText()),
                    Hex.parse(vector.get("chunk").asText()));
            assertThat(refused.verdict()).isEqualTo(vector.get("reason").asText());
            given.add(SnapshotRejection.valueOf(refused.verdict()));
        }
        // Compressed bytes are not the same with every version of zstd, and a manifest of 4 MiB is too long for a file.
        byte[] frame = ChunkCompression.compress(new byte[100]);
        given.add(rejection(() -> ChunkCompression.decompress(frame, 99)));
        frame[frame.length - 1] ^= 1;
        given.add(rejection(() -> ChunkCompression.decompress(frame, 100)));
        given.add(rejection(() -> Manifest.parse(new byte[(4 << 20) + 1], networkId)));
        byte[] manifest = Hex.parse(file.get("snapshots").get(0).get("manifest").asText());
        given.add(rejection(() -> Manifest.parse(manifest, networkId, Hash.ZERO)));
        assertThat(given).isEqualTo(EnumSet.allOf(SnapshotRejection.class));
    }

    private static SnapshotRejection rejection(ThrowingCallable call) {
        return catchThrowableOfType(InvalidSnapshotException.class, call).reason();
    }

    private static Map<byte[], byte[]> entries(JsonNode vector) {
        if (!vector.has("entries")) {
            return SnapshotVectors.largeEntries();
        }
        Map<byte[], byte[]> entries = new TreeMap<>(ChangeSet.KEY_ORDER);
        for (JsonNode pair : vector.get("entries")) {
            entries.put(Hex.parse(pair.get(0).asText()), Hex.parse(pair.get(1).asText()));
        }
        return entries;
    }
}
