package dev.meshlog.infra.node;

import dev.meshlog.ledger.Hash;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file beside a validator's key, {@code KEYFILE.networks}, with the ids of the networks in which vertices were signed with it. Who has the key and no
 * vertex in the log has lost the log, and would sign rounds a second time from the first one on.
 */
final class SigningRecord {
    private static final Logger LOG = LoggerFactory.getLogger(SigningRecord.class);

    private final Note note;

    SigningRecord(Path keyFile) {
        note = new Note(keyFile.resolveSibling(keyFile.getFileName() + ".networks"));
    }

    boolean contains(Hash networkId) {
        return note.lines().contains(networkId.hex());
    }

    /** Of a directory that can't be written nothing worse comes than that the loss of the log is not noticed. */
    void add(Hash networkId) {
        try {
            if (!contains(networkId)) {
                List<String> lines = new ArrayList<>(note.lines());
                lines.add(networkId.hex());
                note.write(lines);
            }
        } catch (UncheckedIOException e) {
            LOG.warn("that vertices were signed is not written down: {}", e.getMessage());
        }
    }

    @Override
    public String toString() {
        return note.toString();
    }
}
