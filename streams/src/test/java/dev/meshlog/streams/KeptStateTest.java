package dev.meshlog.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

class KeptStateTest {
    @TempDir
    private Path directory;

    @Test
    @DisplayName("PS-11 PS-05 a store that lost its bytes is damage, a full disk or an open store is none")
    void lostBytesAreDamage() throws Exception {
        for (String lost : List.of("CURRENT", "MANIFEST")) {
            Path store = directory.resolve(lost);
            try (Options options = new Options().setCreateIfMissing(true);
                    RocksDB db = RocksDB.open(options, store.toString())) {
                db.put(new byte[] {1}, new byte[] {1});
                RocksDBException second =
                        catchThrowableOfType(RocksDBException.class, () -> RocksDB.open(options, store.toString()));
                assertThat(KeptState.isDamage(second)).as("it is open").isFalse();
            }
            try (var files = Files.newDirectoryStream(store, lost + "*")) {
                for (Path file : files) {
                    Files.write(file, new byte[0]);
                }
            }
            try (Options options = new Options()) {
                RocksDBException thrown =
                        catchThrowableOfType(RocksDBException.class, () -> RocksDB.open(options, store.toString()));
                assertThat(KeptState.isDamage(new ProcessorStateException(thrown)))
                        .as("%s: %s", lost, thrown.getMessage())
                        .isTrue();
            }
        }
        var full = new RocksDBException(
                "No space left on device", new Status(Status.Code.IOError, Status.SubCode.NoSpace, null));
        assertThat(KeptState.isDamage(full)).isFalse();
        assertThat(KeptState.isDamage(new IllegalStateException("a defect"))).isFalse();
    }

    @Test
    @DisplayName("PS-10 damaged states are put aside one beside the other, and none is deleted")
    void damagedStatesArePutAsideAndNotDeleted() throws Exception {
        var state = new KeptState(directory.resolve("tables"));
        assertThat(state.putAside()).isEmpty();
        for (int time = 1; time <= 2; time++) {
            Files.writeString(Files.createDirectory(state.directory()).resolve("store"), "of time " + time);
            Path aside = state.putAside().orElseThrow();
            assertThat(aside).isEqualTo(directory.resolve("tables.damaged-" + time));
            assertThat(aside.resolve("store")).hasContent("of time " + time);
            assertThat(state.directory()).doesNotExist();
        }
    }
}
