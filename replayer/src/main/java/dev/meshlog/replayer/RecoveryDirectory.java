package dev.meshlog.replayer;

import dev.meshlog.schemas.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The target of a recovery and what is beside it meanwhile: {@code NAME.chunks}, which the next attempt goes on with, and {@code NAME.partial}, which
 * it throws away. The target comes by one rename, so that it is whole or absent.
 */
record RecoveryDirectory(Path target) {
    RecoveryDirectory {
        target = target.toAbsolutePath().normalize();
    }

    Path chunks() {
        return target.resolveSibling(target.getFileName() + ".chunks");
    }

    Path partial() {
        return target.resolveSibling(target.getFileName() + ".partial");
    }

    boolean exists() {
        return Files.exists(target);
    }

    /** Ready for an attempt: no partial state, a place for chunks. */
    void prepare() {
        try {
            delete(partial());
            Files.createDirectories(chunks());
        } catch (IOException e) {
            throw new UncheckedIOException(target.toString(), e);
        }
    }

    /** The partial state becomes the target. */
    void swap() {
        Failpoint.BEFORE_SWAP.reached();
        try {
            Files.move(partial(), target, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel parent = FileChannel.open(target.resolveSibling("."), StandardOpenOption.READ)) {
                parent.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(target.toString(), e);
        }
        Failpoint.SWAPPED.reached();
        cleanUp();
    }

    void deletePartial() {
        try {
            delete(partial());
        } catch (IOException e) {
            throw new UncheckedIOException(target.toString(), e);
        }
    }

    /** What a recovery that ended with the swap does not need any more. */
    void cleanUp() {
        try {
            delete(partial());
            delete(chunks());
        } catch (IOException e) {
            throw new UncheckedIOException(target.toString(), e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
