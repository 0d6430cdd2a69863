package dev.meshlog.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.Chunk;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateChunks;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
    private static final int BITS = 1;

    @TempDir
    private Path directory;

    private StoredSnapshot snapshot;
    private ChunkFolder chunks;

    @BeforeEach
    void smallSnapshot() throws Exception {
        var store = new MemoryStateStore();
        var state = new State(store, BITS);
        History.genesis(state);
        state.flush();
        List<Chunk> cut = new ArrayList<>();
        var cutter = new StateChunks(BITS, cut::add);
        store.forEachByBucket(BITS, cutter::add);
        cutter.finish();
        Hash genesisCommit = History.commitHash(0);
        Manifest manifest = Manifest.of(
                History.NETWORK,
                7,
                0,
                2,
                genesisCommit,
                state.root(7),
                state.bucketDigests(),
                cut.stream().map(Chunk::ref).toList());
        var published = PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(manifest.encode()))
                .setBinding(OffsetBinding.newBuilder()
                        .setClusterId("c1")
                        .setTopic("t")
                        .setTopicId("id")
                        .setPartition(0)
                        .setLeaderEpoch(null)
                        .setCutOffset(400)
                        .setReplayFrom(370)
                        .build())
                .setCreatedAtMs(Instant.ofEpochMilli(1_000))
                .setCompressedBytes(0)
                .setWrittenChunks(0)
                .setCertificate(ByteBuffer.wrap(new byte[] {5, 6}))
                .build();
        snapshot = new StoredSnapshot(manifest.hash(), manifest, published);
        chunks = new ChunkFolder(directory.resolve("chunks"), snapshot);
        byte[] digests = state.bucketDigests().bytes();
        chunks.put(manifest.digestsId(), ChunkCompression.compress(digests));
        for (Chunk each : cut) {
            chunks.put(each.id(), ChunkCompression.compress(each.bytes()));
        }
    }

    @Test
    void headerIsAsDocumented() throws Exception {
        Path file = write();
        String manifest = Hex.of(snapshot.manifest().encode());
        String header = "4d455348534e4150" // MESHSNAP
                + "00000001" // format version
                + "%08x".formatted(manifest.length() / 2)
                + manifest
                + "00000002" + "0506" // certificate
                + "0002" + "6331" // cluster id
                + "0001" + "74" // topic
                + "0002" + "6964" // topic id
                + "00000000" // partition
                + "ffffffff" // leader epoch, not known
                + "0000000000000190" // cutOffset
                + "0000000000000172" // replayFrom
                + "00000000000003e8"; // created
        assertThat(Hex.of(Files.readAllBytes(file))).startsWith(header);
        assertThat(directory.resolve("a.snapshot.partial")).doesNotExist();
    }

    @Test
    void fileOfVersionOneIsReadForEver() throws Exception {
        Path golden = directory.resolve("golden");
        try (InputStream in = SnapshotFileTest.class.getResourceAsStream("version1.snapshot")) {
            Files.write(golden, Objects.requireNonNull(in).readAllBytes());
        }
        SnapshotFile.Opened opened = read(golden);

        assertThat(opened.snapshot().manifest()).isEqualTo(snapshot.manifest());
        assertThat(opened.snapshot().published().getBinding())
                .isEqualTo(snapshot.published().getBinding());
        assertThat(opened.snapshot().certificate()).containsExactly(5, 6);
        SnapshotReader.read(
                opened.snapshot(), opened.chunks(), History.network().trust(), chunk -> {});
    }

    @Test
    void everyFlippedByteAndEveryCutIsRefused() throws Exception {
        byte[] whole = Files.readAllBytes(write());
        Path damaged = directory.resolve("damaged");
        for (int i = 0; i < whole.length; i++) {
            byte[] bytes = whole.clone();
            bytes[i] ^= 0x10;
            refused(damaged, bytes, "byte " + i);
            refused(damaged, Arrays.copyOf(whole, i), "the first " + i + " bytes");
        }
        refused(damaged, Arrays.copyOf(whole, whole.length + 1), "a byte too many");
    }

    @Test
    void fileThatExistsIsNotOverwritten() throws Exception {
        write();
        assertThatThrownBy(this::write).isInstanceOf(IOException.class).hasMessageContaining("exists");
    }

    private void refused(Path file, byte[] bytes, String what) throws IOException {
        Files.write(file, bytes);
        assertThatThrownBy(() -> read(file)).as(what).isInstanceOf(UnusableSnapshotException.class);
    }

    private SnapshotFile.Opened read(Path file) throws Exception {
        return SnapshotFile.read(file, History.NETWORK, opened -> new ChunkFolder(directory.resolve("read"), opened));
    }

    private Path write() throws IOException {
        Path file = directory.resolve("a.snapshot");
        SnapshotFile.write(file, snapshot, chunks, written -> {});
        return file;
    }
}
