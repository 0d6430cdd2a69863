package dev.meshlog.streams.ledger;

import dev.meshlog.schemas.LogIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger's stores in a directory belong to one log, whose identity stands in a file beside them. With another log, that of a cluster that was made anew, they
 * would be ahead of all that is to come, and nothing would ever be executed: they are put aside.
 */
public final class StateOfLog {
    private static final Logger LOG = LoggerFactory.getLogger(StateOfLog.class);

    private final Path stores;
    private final Path file;

    /**
     * Of one instance.
     *
     * @param directory {@code state.dir} of Kafka Streams
     */
    public StateOfLog(Path directory, String applicationId) {
        this.stores = directory.resolve(applicationId);
        this.file = directory.resolve(applicationId + ".log");
    }

    /**
     * To be called before the stores are opened. Stores without the file are taken to be of this log.
     *
     * @throws UncheckedIOException when the directory can't be written
     */
    public void belongTo(LogIdentity log) {
        String identity = log.clusterId() + " " + log.topicId() + "\n";
        try {
            if (Files.exists(file)) {
                if (Files.readString(file).equals(identity)) {
                    return;
                }
                putAside();
            }
            Files.createDirectories(file.getParent());
            Path partial = file.resolveSibling(file.getFileName() + ".partial");
            Files.writeString(partial, identity);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private void putAside() throws IOException {
        if (Files.exists(stores)) {
            Path aside = stores.resolveSibling(stores.getFileName() + ".of-another-log");
            Utils.delete(aside.toFile());
            Files.move(stores, aside);
            LOG.warn(
                    "the ledger's stores are of another log than this cluster has; they are now {}, and may be deleted",
                    aside);
        }
    }
}
