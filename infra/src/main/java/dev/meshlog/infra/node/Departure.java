package dev.meshlog.infra.node;

import dev.meshlog.ledger.Hash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file in a data directory that says that a key is not to be registered: who left the validators on purpose is not brought back by the next start with
 * the same configuration. It does not take the key out of a set that it is in.
 */
public final class Departure {
    private final Path file;
    private final Hash key;

    /** @param directory the data directory */
    public Departure(Path directory, Hash key) {
        this.file = directory.resolve("left-validators");
        this.key = key;
    }

    /** Whether this key left, or is about to. */
    public boolean isNoted() {
        try {
            return Files.exists(file) && Files.readString(file).strip().equals(key.hex());
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    public void note() {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            Files.writeString(partial, key.hex() + "\n");
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    public void forget() {
        try {
            if (isNoted()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
