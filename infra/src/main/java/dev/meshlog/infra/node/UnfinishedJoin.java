package dev.meshlog.infra.node;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The file in a data directory that says that a node began to join, and is not done with it. What it has installed by then, a later start goes on from; and what
 * it has signed may not be in its log yet. Any thread.
 */
final class UnfinishedJoin {
    private final Note note;
    private final Set<Part> open;

    /** What has to be over. */
    enum Part {
        /** As far as its network. */
        STATE,
        /** Somebody said what its key signed. */
        OWN_VERTICES
    }

    /** @param directory the data directory */
    UnfinishedJoin(Path directory, Set<Part> parts) {
        note = new Note(directory.resolve("joining"));
        open = EnumSet.copyOf(parts);
    }

    boolean isBegun() {
        return !note.lines().isEmpty();
    }

    void begin() {
        note.write(List.of("until this node is as far as its network"));
    }

    /** The last one ends all of it. */
    synchronized void end(Part part) {
        if (open.remove(part) && open.isEmpty()) {
            note.delete();
        }
    }

    @Override
    public String toString() {
        return note.toString();
    }
}
