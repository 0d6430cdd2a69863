package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.BucketDigests;
import dev.meshlog.ledger.state.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;

/** A state of many objects in RocksDB, in a directory that goes with it. */
final class SnapshotFixture implements AutoCloseable {
    static final int BUCKET_BITS = GenesisConfig.DEFAULT_BUCKET_BITS;

    private static final int CONTENT_BYTES = 100;
    private static final int BATCH = 20_000;

    private final Path directory;
    private final RocksStateStore store;
    private final BucketDigests digests;
    private final Hash root;
    private int copies;

    private SnapshotFixture(Path directory, RocksStateStore store, State state) {
        this.directory = directory;
        this.store = store;
        this.digests = state.bucketDigests();
        this.root = state.root(1);
    }

    static SnapshotFixture create(int objects, Hash owner) throws IOException {
        Path directory = Files.createTempDirectory("meshlog-bench");
        RocksStateStore store = RocksStateStore.open(directory.resolve("state"), BUCKET_BITS);
        var state = new State(store, BUCKET_BITS);
        var random = new Random(1);
        for (int i = 0; i < objects; i++) {
            state.put(
                    StateKey.object(id(i)),
                    new LedgerObject(1, owner, new LedgerObject.Content(content(random))).encode());
            if ((i + 1) % BATCH == 0 || i == objects - 1) {
                state.flush();
                store.commit();
            }
        }
        return new SnapshotFixture(directory, store, state);
    }

    static Hash id(int object) {
        return Domain.OBJECT.hash(Domain.u32(object));
    }

    /** Half of the content is random: real content is neither constant nor noise. */
    static byte[] content(Random random) {
        byte[] half = new byte[CONTENT_BYTES / 2];
        random.nextBytes(half);
        return ByteBuffer.allocate(CONTENT_BYTES).put(half).array();
    }

    RocksStateStore store() {
        return store;
    }

    BucketDigests digests() {
        return digests;
    }

    Hash root() {
        return root;
    }

    /** A directory of its own each time. */
    Path emptyDirectory() {
        copies++;
        return makeDirectory(directory.resolve("copy-" + copies));
    }

    private static Path makeDirectory(Path path) {
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    @Override
    public void close() {
        store.close();
        delete(directory);
    }
}
