package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.DamagedExportException;
import dev.meshlog.ledger.state.ExportedSnapshot;
import dev.meshlog.ledger.state.ExportedSnapshotReader;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.IntConsumer;

/** A snapshot as one file, in the form of {@link ExportedSnapshot}. */
public final class SnapshotFile {
    private SnapshotFile() {}

    /**
     * Writes under a temporary name and gives the file its own when all of it is on the disk.
     *
     * @param progress is told how many chunks it is with each that is written
     * @throws IOException also when the file exists
     */
    public static void write(Path file, StoredSnapshot snapshot, ChunkFolder chunks, IntConsumer progress)
            throws IOException {
        Path target = file.toAbsolutePath().normalize();
        if (Files.exists(target)) {
            throw new IOException(target + " exists");
        }
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try (FileChannel channel = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            int[] written = {0};
            var exported = new ExportedSnapshot(
                    snapshot.manifest(),
                    snapshot.certificate(),
                    snapshot.published().getBinding(),
                    snapshot.published().getCreatedAtMs());
            exported.writeTo(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20), id -> {
                progress.accept(++written[0]);
                return chunks.frame(id);
            });
            channel.force(true);
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(target.resolveSibling("."), StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    /** What a reader does with a snapshot whose header is read. */
    @FunctionalInterface
    public interface Opener {
        ChunkFolder open(StoredSnapshot snapshot);
    }

    /** A snapshot that was read, with its chunks. */
    public record Opened(StoredSnapshot snapshot, ChunkFolder chunks) {}

    /**
     * Reads the whole file. Every chunk has its id then; whether the chunks fit the root, and whether anybody vouches for it, {@link SnapshotReader} says.
     *
     * @param opener makes the folder that the chunks go into; the caller closes it
     * @throws UnusableSnapshotException when the file is damaged, is none of a snapshot, or is of another network
     */
    public static Opened read(Path file, Hash networkId, Opener opener) throws IOException, UnusableSnapshotException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            var reader = new ExportedSnapshotReader(in, networkId);
            ChunkFolder chunks = opener.open(stored(reader.snapshot(), 0));
            long[] compressed = {0};
            reader.readChunks((id, frame) -> {
                chunks.put(id, frame);
                compressed[0] += frame.length;
            });
            return new Opened(stored(reader.snapshot(), compressed[0]), chunks);
        } catch (DamagedExportException e) {
            throw new UnusableSnapshotException(file + ": " + e.getMessage(), e);
        }
    }

    private static StoredSnapshot stored(ExportedSnapshot exported, long compressedBytes) {
        byte[] certificate = exported.certificate();
        var published = PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(exported.manifest().encode()))
                .setBinding(exported.binding())
                .setParent(null)
                .setCreatedAtMs(exported.created())
                .setCompressedBytes(compressedBytes)
                .setWrittenChunks((int) exported.manifest().chunks().stream()
                        .map(ChunkRef::id)
                        .distinct()
                        .count())
                .setCertificate(certificate.length == 0 ? null : ByteBuffer.wrap(certificate))
                .build();
        return new StoredSnapshot(exported.manifest().hash(), exported.manifest(), published);
    }
}
