package dev.meshlog.infra.node;

import dev.meshlog.ledger.Hash;
import java.nio.file.Path;
import java.util.List;

/**
 * The file in a data directory that says that a key is not to be registered: who left the validators on purpose is not brought back by the next start with
 * the same configuration. It does not take the key out of a set that it is in.
 */
public final class Departure {
    private final Note note;
    private final Hash key;

    /** @param directory the data directory */
    public Departure(Path directory, Hash key) {
        this.note = new Note(directory.resolve("left-validators"));
        this.key = key;
    }

    /** Whether this key left, or is about to. */
    public boolean isNoted() {
        return note.lines().equals(List.of(key.hex()));
    }

    public void note() {
        note.write(List.of(key.hex()));
    }

    public void forget() {
        if (isNoted()) {
            note.delete();
        }
    }
}
