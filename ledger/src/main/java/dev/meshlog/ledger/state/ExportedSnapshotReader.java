package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.schemas.ledger.OffsetBinding;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UTFDataFormatException;
import java.security.DigestInputStream;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an {@link ExportedSnapshot}: first what comes before the chunks, then all chunks. Whether the chunks fit the root, and whether anybody vouches
 * for it, is for others to check.
 */
public final class ExportedSnapshotReader {
    private final DigestInputStream digest;
    private final DataInputStream in;
    private final ExportedSnapshot snapshot;

    /** Takes the compressed chunks, in their order. */
    @FunctionalInterface
    public interface Sink {
        /** @throws InvalidSnapshotException when it is not the frame of this chunk; reading ends there */
        void take(Hash id, byte[] frame) throws IOException, InvalidSnapshotException;
    }

    /**
     * Reads what comes before the chunks.
     *
     * @param source buffered; the caller closes it
     * @throws DamagedExportException when it is no exported snapshot, or one of another network
     */
    public ExportedSnapshotReader(InputStream source, Hash networkId) throws IOException, DamagedExportException {
        digest = new DigestInputStream(source, Domain.sha256());
        in = new DataInputStream(digest);
        try {
            snapshot = readHeader(in, networkId);
        } catch (InvalidSnapshotException e) {
            throw new DamagedExportException(e);
        } catch (EOFException e) {
            throw tooShort(e);
        } catch (UTFDataFormatException e) {
            throw new DamagedExportException("it is damaged: its binding is no text", e);
        }
    }

    /** Not to be believed before {@link #readChunks} has returned. */
    public ExportedSnapshot snapshot() {
        return snapshot;
    }

    /**
     * Reads to the end. Once it returns, all bytes were those that were written.
     *
     * @throws DamagedExportException when a byte is another one, missing or too many
     */
    public void readChunks(Sink sink) throws IOException, DamagedExportException {
        try {
            for (Hash id : snapshot.order()) {
                sink.take(id, readSized(in, ExportedSnapshot.MAX_FRAME_BYTES, "chunk " + id));
            }
            byte[] sum = digest.getMessageDigest().digest();
            if (!Arrays.equals(sum, in.readNBytes(sum.length)) || in.read() >= 0) {
                throw new DamagedExportException("it is damaged: its SHA-256 is another one");
            }
        } catch (InvalidSnapshotException e) {
            throw new DamagedExportException(e);
        } catch (EOFException e) {
            throw tooShort(e);
        }
    }

    private static DamagedExportException tooShort(EOFException e) {
        return new DamagedExportException("it is damaged: it ends too early", e);
    }

    private static ExportedSnapshot readHeader(DataInputStream in, Hash networkId)
            throws IOException, DamagedExportException, InvalidSnapshotException {
        if (in.readLong() != ExportedSnapshot.MAGIC) {
            throw new DamagedExportException("this is no file of a snapshot");
        }
        int version = in.readInt();
        if (version != ExportedSnapshot.VERSION) {
            throw new DamagedExportException(
                    "it has format version " + version + ", known is " + ExportedSnapshot.VERSION);
        }
        Manifest manifest = Manifest.parse(readSized(in, ManifestCodec.MAX_BYTES, "the manifest"), networkId);
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
        return new ExportedSnapshot(manifest, certificate, binding, Instant.ofEpochMilli(in.readLong()));
    }

    private static @Nullable Integer leaderEpoch(int stored) {
        return stored < 0 ? null : stored;
    }

    private static byte[] readSized(DataInputStream in, int limit, String what)
            throws IOException, DamagedExportException {
        int length = in.readInt();
        if (length < 0 || length > limit) {
            throw new DamagedExportException(what + " claims " + Integer.toUnsignedString(length) + " bytes, at most "
                    + limit + " are possible");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new DamagedExportException("it is damaged: it ends in " + what);
        }
        return bytes;
    }
}
