package dev.meshlog.infra.node;

import java.nio.file.Path;
import java.util.List;

/** The file in a data directory that says that a node began to join, and was not live yet. What it has installed by then, a later start goes on from. */
final class UnfinishedJoin {
    private final Note note;

    /** @param directory the data directory */
    UnfinishedJoin(Path directory) {
        note = new Note(directory.resolve("joining"));
    }

    boolean isBegun() {
        return !note.lines().isEmpty();
    }

    void begin() {
        note.write(List.of("until this node is as far as its network"));
    }

    void end() {
        note.delete();
    }
}
