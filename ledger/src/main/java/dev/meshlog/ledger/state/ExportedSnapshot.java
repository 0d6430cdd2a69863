package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.ledger.OffsetBinding;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A snapshot as one sequence of bytes, for another cluster or for keeping: what comes before the chunks, and how all of it is written. {@link
 * ExportedSnapshotReader} reads it.
 * Integers are big-endian, text is UTF-8 as {@link DataOutputStream#writeUTF} has it.
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
 *
 * @param certificate canonical bytes; empty when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ExportedSnapshot(Manifest manifest, byte[] certificate, OffsetBinding binding, Instant created) {
    static final long MAGIC = 0x4d455348534e4150L;
    static final int VERSION = 1;

    /** Of a compressed chunk: as much as a record of a topic may have. */
    static final int MAX_FRAME_BYTES = 16 << 20;

    /** Has the compressed chunks that are to be written. */
    @FunctionalInterface
    public interface Frames {
        byte[] frame(Hash id) throws IOException;
    }

    public void writeTo(OutputStream target, Frames frames) throws IOException {
        var digest = new DigestOutputStream(target, Domain.sha256());
        var out = new DataOutputStream(digest);
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        writeSized(out, manifest.encode());
        writeSized(out, certificate);
        out.writeUTF(binding.getClusterId());
        out.writeUTF(binding.getTopic());
        out.writeUTF(binding.getTopicId());
        out.writeInt(binding.getPartition());
        out.writeInt(binding.getLeaderEpoch() == null ? -1 : binding.getLeaderEpoch());
        out.writeLong(binding.getCutOffset());
        out.writeLong(binding.getReplayFrom());
        out.writeLong(created.toEpochMilli());
        for (Hash id : order()) {
            writeSized(out, frames.frame(id));
        }
        out.write(digest.getMessageDigest().digest());
        out.flush();
    }

    /** Of the chunks: each once. */
    List<Hash> order() {
        return Stream.concat(
                        Stream.of(manifest.digestsId()),
                        manifest.chunks().stream().map(ChunkRef::id))
                .distinct()
                .toList();
    }

    private static void writeSized(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
