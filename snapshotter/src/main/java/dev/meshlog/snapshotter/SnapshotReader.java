package dev.meshlog.snapshotter;

import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.VerifiedChunk;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole snapshot and believes nothing of it: the certificate is held against the trusted validators, the digests against the root, each chunk
 * against the digests, and what the manifest repeats of the chain entry against that entry.
 */
public final class SnapshotReader {
    private SnapshotReader() {}

    /**
     * Shows each chunk once it is verified. The entry of the chain comes somewhere among them: what was shown is not to be used before the method
     * has returned.
     *
     * @throws UnusableSnapshotException with the first thing that is wrong
     */
    public static void read(
            StoredSnapshot snapshot, ChunkFolder chunks, SnapshotTrust trust, Consumer<VerifiedChunk> each)
            throws UnusableSnapshotException {
        Manifest manifest = snapshot.manifest();
        Optional<String> refusal = trust.refusal(manifest, snapshot.certificate());
        if (refusal.isPresent()) {
            throw new UnusableSnapshotException(refusal.get());
        }
        var chain = new ChainSeen();
        try {
            var reader = new ChunkReader(manifest, chunks.chunk(manifest.digestsId()));
            for (ChunkRef ref : manifest.chunks()) {
                VerifiedChunk chunk = reader.verify(ref, chunks.chunk(ref.id()));
                chunk.forEachEntry(chain::look);
                each.accept(chunk);
            }
            chain.require(manifest);
        } catch (InvalidSnapshotException e) {
            throw new UnusableSnapshotException(String.valueOf(e.getMessage()), e);
        } catch (MalformedRecordException e) {
            throw new UnusableSnapshotException("its chain entry is damaged: " + e.getMessage(), e);
        }
    }

    private static final class ChainSeen {
        private final byte[] key = StateKey.chain();
        private byte @Nullable [] value;

        void look(int bucket, byte[] entryKey, byte[] entryValue) {
            if (Arrays.equals(entryKey, key)) {
                value = entryValue;
            }
        }

        /** The root says nothing of the manifest's commit: it must be the one of the state. */
        void require(Manifest manifest) throws UnusableSnapshotException {
            if (value == null) {
                throw new UnusableSnapshotException("its state has no chain entry");
            }
            ChainHead head = ChainHead.decode(value);
            if (head.commitIndex() != manifest.commitIndex()
                    || !head.commitHash().equals(manifest.commitHash())) {
                throw new UnusableSnapshotException(
                        "its state stands at commit %d (%s), its manifest says commit %d (%s)"
                                .formatted(
                                        head.commitIndex(),
                                        head.commitHash(),
                                        manifest.commitIndex(),
                                        manifest.commitHash()));
            }
        }
    }
}
