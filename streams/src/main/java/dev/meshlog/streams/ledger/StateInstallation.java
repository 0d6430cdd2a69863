package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.EntryVisitor;
import dev.meshlog.ledger.state.InstalledParts;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.state.VerifiedChunk;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.ledger.InstalledPart;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A state on its way into the stores, a part with each record. Every chunk is verified against the manifest's root once more. How far it has come stands in
 * a store, so that it goes on after a restart; the chain's entry comes last, so that nobody takes a part for the whole. One thread.
 *
 * <pre>
 * 00  canonical bytes of the manifest
 * 01  the digests chunk, canonical
 * 02  index of the next part, u32
 * 03  the chain's entry, once its chunk has come
 * </pre>
 */
final class StateInstallation {
    private static final byte[] MANIFEST = {0};
    private static final byte[] DIGESTS = {1};
    private static final byte[] NEXT = {2};
    private static final byte[] CHAIN = {3};

    private final EntryTable progress;
    private @Nullable Manifest manifest;
    private @Nullable ChunkReader reader;
    private int next;

    /** Goes on where an earlier run stood. */
    StateInstallation(EntryTable progress, Hash networkId) {
        this.progress = progress;
        byte[] known = progress.get(MANIFEST);
        if (known != null) {
            try {
                manifest = Manifest.parse(known, networkId);
                byte[] digests = progress.get(DIGESTS);
                reader = digests == null ? null : new ChunkReader(manifest, digests);
            } catch (InvalidSnapshotException e) {
                throw new IllegalStateException("the state that is being installed is damaged: " + e.getMessage(), e);
            }
            next = ByteBuffer.wrap(Objects.requireNonNull(progress.get(NEXT))).getInt();
        }
    }

    boolean isUnderWay() {
        return manifest != null;
    }

    /** Whether this part is the one that follows. */
    boolean isNext(InstalledPart part) {
        return manifest != null
                && part.getIndex() == next
                && Hash.of(part.getManifestHash()).equals(manifest.hash());
    }

    /** @throws InvalidSnapshotException when it is not the manifest that the part names */
    static Manifest manifest(InstalledPart first, Hash networkId) throws InvalidSnapshotException {
        return Manifest.parse(Buffers.array(first.getContent()), networkId, Hash.of(first.getManifestHash()));
    }

    /** With stores that are empty. */
    void begin(Manifest installed) {
        clear();
        manifest = installed;
        progress.put(MANIFEST, installed.encode());
        advance(InstalledParts.DIGESTS);
    }

    /**
     * Takes the part that follows.
     *
     * @param each is shown every entry that got into the store
     * @return the manifest, when this was the last part: the state in the store is the manifest's then
     * @throws InvalidSnapshotException when the part is not what the manifest says
     */
    Optional<Manifest> take(InstalledPart part, StateStore store, EntryVisitor each) throws InvalidSnapshotException {
        Manifest current = Objects.requireNonNull(manifest);
        byte[] frame = Buffers.array(part.getContent());
        if (part.getIndex() == InstalledParts.DIGESTS) {
            byte[] digests = ChunkCompression.decompress(frame, current.digestsSize());
            reader = new ChunkReader(current, digests);
            progress.put(DIGESTS, digests);
        } else {
            ChunkRef ref = current.chunks().get(part.getIndex() - InstalledParts.FIRST_CHUNK);
            apply(
                    Objects.requireNonNull(reader).verify(ref, ChunkCompression.decompress(frame, ref.size())),
                    store,
                    each);
        }
        if (part.getIndex() + 1 < InstalledParts.count(current)) {
            advance(part.getIndex() + 1);
            return Optional.empty();
        }
        byte[] chain = progress.get(CHAIN);
        if (chain != null) {
            store.put(StateKey.chain(), chain);
        }
        clear();
        return Optional.of(current);
    }

    private void apply(VerifiedChunk chunk, StateStore store, EntryVisitor each) {
        byte[] chain = StateKey.chain();
        chunk.forEachEntry((bucket, key, value) -> {
            if (Arrays.equals(key, chain)) {
                progress.put(CHAIN, value);
            } else {
                store.put(key, value);
                each.entry(bucket, key, value);
            }
        });
        chunk.forEachBucket(store::putBucket);
    }

    private void advance(int index) {
        next = index;
        progress.put(NEXT, ByteBuffer.allocate(Integer.BYTES).putInt(index).array());
    }

    private void clear() {
        progress.delete(MANIFEST);
        progress.delete(DIGESTS);
        progress.delete(NEXT);
        progress.delete(CHAIN);
        manifest = null;
        reader = null;
    }
}
