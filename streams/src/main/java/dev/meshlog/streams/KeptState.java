package dev.meshlog.streams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.streams.StreamsConfig;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The directory with the stores of a streams application. All of it is in the changelogs too, so what is damaged is restored from there; it is put aside
 * and not deleted, since a person may want to know what has happened to the disk.
 */
record KeptState(Path directory) {
    /** The second is what RocksDB says of a list of files that breaks off. */
    private static final Set<Status.Code> DAMAGE = Set.of(Status.Code.Corruption, Status.Code.InvalidArgument);

    static KeptState of(Properties properties) {
        return new KeptState(Path.of(
                String.valueOf(properties.get(StreamsConfig.STATE_DIR_CONFIG)),
                String.valueOf(properties.get(StreamsConfig.APPLICATION_ID_CONFIG))));
    }

    /** A full disk, or a store that another process has open, is none. */
    static boolean isDamage(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof RocksDBException store) {
                Status status = store.getStatus();
                return (status != null && DAMAGE.contains(status.getCode()))
                        || String.valueOf(store.getMessage()).contains("No such file");
            }
        }
        return false;
    }

    /** Renames it, once the application is closed; empty when there is none. */
    Optional<Path> putAside() {
        if (!Files.exists(directory)) {
            return Optional.empty();
        }
        int number = 1;
        while (Files.exists(aside(number))) {
            number++;
        }
        try {
            return Optional.of(Files.move(directory, aside(number)));
        } catch (IOException e) {
            throw new UncheckedIOException("putting aside " + directory, e);
        }
    }

    private Path aside(int number) {
        return directory.resolveSibling(directory.getFileName() + ".damaged-" + number);
    }
}
