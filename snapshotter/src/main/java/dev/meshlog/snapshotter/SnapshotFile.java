package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as one file, for another cluster or for keeping. Integers are big-endian, text is UTF-8 as {@link DataOutputStream#writeUTF} has it.
 *
 * <pre>
 * "MESHSNAP"                 8
 * format version             u32, 1
 * length ‖ manifest          u32, bytes
 * length ‖ certificate       u32, bytes
 * cluster id, topic, topic id    u16 length ‖ text, three times
 * partition                  u32
 * leader epoch               u32, all ones when it is not known
 * cutOffset, replayFrom      u64, u64
 * created                    u64, milliseconds since 1970
 * length ‖ zstd frame        u32, bytes: the digests chunk, then each other chunk in the manifest's order where it is first named
 * SHA-256                    32, of all bytes before
 * </pre>
 */
public final class SnapshotFile {
    static final long MAGIC = 0x4d455348534e4150L;
    private static final int VERSION = 1;

    private SnapshotFile() {}

    /**
     * Writes under a temporary name and gives the file its own when all of it is on the disk.
     *
     * @param progress is told how many chunks are written after each
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
            var digest = new DigestOutputStream(
                    new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20), Domain.sha256());
            var out = new DataOutputStream(digest);
            writeHeader(out, snapshot);
            int written = 0;
            for (Hash id : order(snapshot)) {
                writeSized(out, chunks.frame(id));
                progress.accept(++written);
            }
            out.write(digest.getMessageDigest().digest());
            out.flush();
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
        try (var digest = new DigestInputStream(
                        new BufferedInputStream(Files.newInputStream(file), 1 << 20), Domain.sha256());
                var in = new DataInputStream(digest)) {
            StoredSnapshot snapshot = readHeader(in, networkId);
            ChunkFolder chunks = opener.open(snapshot);
            long compressed = 0;
            for (Hash id : order(snapshot)) {
                byte[] frame = readSized(in, Topics.LARGE_RECORD_BYTES, "chunk " + id);
                chunks.put(id, frame);
                compressed += frame.length;
            }
            byte[] sum = digest.getMessageDigest().digest();
            if (!Arrays.equals(sum, in.readNBytes(sum.length)) || in.read() >= 0) {
                throw new UnusableSnapshotException(file + " is damaged: its SHA-256 is another one");
            }
            var published = PublishedSnapshot.newBuilder(snapshot.published())
                    .setCompressedBytes(compressed)
                    .build();
            return new Opened(new StoredSnapshot(snapshot.hash(), snapshot.manifest(), published), chunks);
        } catch (InvalidSnapshotException e) {
            throw new UnusableSnapshotException(file + ": " + e.getMessage(), e);
        } catch (EOFException e) {
            throw new UnusableSnapshotException(file + " is damaged: it ends too early", e);
        } catch (UTFDataFormatException e) {
            throw new UnusableSnapshotException(file + " is damaged: its binding is no text", e);
        }
    }

    private static List<Hash> order(StoredSnapshot snapshot) {
        return snapshot.chunkIds().distinct().toList();
    }

    private static void writeHeader(DataOutputStream out, StoredSnapshot snapshot) throws IOException {
        OffsetBinding binding = snapshot.published().getBinding();
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        writeSized(out, snapshot.manifest().encode());
        writeSized(out, snapshot.certificate());
        out.writeUTF(binding.getClusterId());
        out.writeUTF(binding.getTopic());
        out.writeUTF(binding.getTopicId());
        out.writeInt(binding.getPartition());
        out.writeInt(binding.getLeaderEpoch() == null ? -1 : binding.getLeaderEpoch());
        out.writeLong(binding.getCutOffset());
        out.writeLong(binding.getReplayFrom());
        out.writeLong(snapshot.published().getCreatedAtMs().toEpochMilli());
    }

    private static StoredSnapshot readHeader(DataInputStream in, Hash networkId)
            throws IOException, UnusableSnapshotException, InvalidSnapshotException {
        if (in.readLong() != MAGIC) {
            throw new UnusableSnapshotException("this is no file of a snapshot");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new UnusableSnapshotException("the file has format version " + version + ", known is " + VERSION);
        }
        Manifest manifest = Manifest.parse(readSized(in, Topics.LARGE_RECORD_BYTES, "the manifest"), networkId);
        byte[] certificate = readSized(in, Certificate.MAX_BYTES, "the certificate");
        OffsetBinding binding = OffsetBinding.newBuilder()
                .setClusterId(in.readUTF())
                .setTopic(in.readUTF())
                .setTopicId(in.readUTF())
                .setPartition(in.readInt())
                .setLeaderEpoch(leaderEpoch(in.readInt()))
                .setCutOffset(in.readLong())
                .setReplayFrom(in.readLong())
                .build();
        long created = in.readLong();
        var published = PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(manifest.encode()))
                .setBinding(binding)
                .setParent(null)
                .setCreatedAtMs(Instant.ofEpochMilli(created))
                .setCompressedBytes(0)
                .setWrittenChunks(manifest.chunks().stream()
                        .map(ChunkRef::id)
                        .distinct()
                        .toList()
                        .size())
                .setCertificate(certificate.length == 0 ? null : ByteBuffer.wrap(certificate))
                .build();
        return new StoredSnapshot(manifest.hash(), manifest, published);
    }

    private static @Nullable Integer leaderEpoch(int stored) {
        return stored < 0 ? null : stored;
    }

    private static void writeSized(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readSized(DataInputStream in, int limit, String what)
            throws IOException, UnusableSnapshotException {
        int length = in.readInt();
        if (length < 0 || length > limit) {
            throw new UnusableSnapshotException(what + " claims " + Integer.toUnsignedString(length)
                    + " bytes, at most " + limit + " are possible");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new UnusableSnapshotException("the file is damaged: it ends in " + what);
        }
        return bytes;
    }
}
