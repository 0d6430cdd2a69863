package dev.meshlog.replayer;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A process with a small heap that is offered what would fill a large one. */
final class HostileSnapshots {
    private static final int BOMB = 1 << 30;

    private HostileSnapshots() {}

    public static void main(String[] args) throws Exception {
        var network = new Network(4);
        SmallSnapshot snapshot = SmallSnapshot.of(network, 1, 0, 3);
        for (Hash id : snapshot.chunks().keySet()) {
            MemorySnapshots source = snapshot.published();
            byte[] bomb =
                    Cluster.encode(Topics.CHUNKS, new SnapshotChunk(id.fixed(), (long) BOMB, ByteBuffer.wrap(bomb())));
            source.chunks.put(id, bomb);
            Path directory = Files.createTempDirectory("hostile");
            try {
                new ChunkDownload(snapshot.manifest(), List.of(id), directory, RecoveryListener.NONE)
                        .fetchFrom(source, 1);
                throw new AssertionError("a bomb was taken");
            } catch (RecoveryException e) {
                if (e.reason() != RecoveryFailure.CHUNK_DAMAGED) {
                    throw e;
                }
            } finally {
                Files.delete(directory);
            }
        }
        String key = snapshot.manifest().hash().hex();
        byte[] record = Objects.requireNonNull(snapshot.published().manifests.get(key));
        for (int at = 10; at < record.length; at++) {
            offer(network, key, absurd(record, at));
        }
        System.out.println("all are refused");
    }

    /** Wherever a count or a length stands, it says 2^31 − 1 or more. */
    private static byte[] absurd(byte[] record, int at) {
        byte[] absurd = record.clone();
        for (int i = at; i < Math.min(at + 5, absurd.length); i++) {
            absurd[i] = (byte) (i < at + 4 ? 0xfe : 0x0f);
        }
        return absurd;
    }

    private static void offer(Network network, String key, byte[] record) {
        var source = new MemorySnapshots();
        source.manifests.put(key, record);
        List<Refusal> refusals = new ArrayList<>();
        List<SnapshotChoice.Candidate> chosen = new SnapshotChoice(
                        network.genesis, SmallSnapshot.LOG, new Trust.OfGenesis(), false)
                .newestFirst(source.offers(refusals::add), Long.MAX_VALUE, refusals::add);
        for (SnapshotChoice.Candidate candidate : chosen) {
            if (!candidate.manifest().hash().hex().equals(key)) {
                throw new AssertionError("another manifest was taken");
            }
        }
    }

    /** A gigabyte of zeros in a frame of some kilobytes, made in pieces. */
    private static byte[] bomb() {
        ByteBuffer piece = ByteBuffer.allocateDirect(1 << 20);
        ByteBuffer frame = ByteBuffer.allocateDirect(1 << 20);
        try (var zstd = new ZstdCompressCtx()) {
            zstd.setChecksum(true).setPledgedSrcSize(BOMB);
            for (long done = 0; done < BOMB; done += piece.capacity()) {
                piece.clear();
                boolean last = done + piece.capacity() >= BOMB;
                zstd.compressDirectByteBufferStream(frame, piece, last ? EndDirective.END : EndDirective.CONTINUE);
            }
        }
        frame.flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }
}
