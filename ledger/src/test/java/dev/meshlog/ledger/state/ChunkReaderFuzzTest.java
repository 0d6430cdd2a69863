package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

class ChunkReaderFuzzTest {
    private static final int BUCKET_BITS = 2;

    /** The input is the only chunk of a manifest that vouches for it, with the digests of the entries that can be read from it. */
    @FuzzTest
    void chunkIsAcceptedWhenItIsWhatItsEntriesAreCutInto(byte[] input) throws Exception {
        var store = new MemoryStateStore();
        var state = new State(store, BUCKET_BITS);
        int entries = readInto(state, ByteBuffer.wrap(input));
        state.flush();
        if (entries == 0 || entries > input.length / 9 || input.length > ChunkRef.TARGET_BYTES) {
            return; // no manifest can name it
        }
        var ref = new ChunkRef(
                0,
                Buckets.count(BUCKET_BITS) - 1,
                entries,
                input.length,
                Hash.of(Domain.sha256().digest(input)));
        BucketDigests digests = state.bucketDigests();
        Manifest manifest = Manifest.of(
                Snapshot.NETWORK,
                1,
                16,
                19,
                Snapshot.COMMIT,
                StateRoot.of(1, entries, digests.merkleRoot()),
                digests,
                List.of(ref));
        var reader = new ChunkReader(manifest, digests.bytes());
        List<Chunk> cut = Snapshot.chunks(store, BUCKET_BITS);
        boolean isCut = cut.size() == 1 && Arrays.equals(cut.get(0).bytes(), input);
        BoundedAllocation.check(input, () -> {
            try {
                reader.verify(ref, input);
                assertThat(isCut).as("accepted").isTrue();
            } catch (InvalidSnapshotException e) {
                assertThat(isCut).as(e.getMessage()).isFalse();
            }
        });
    }

    /** As far as there are entries; how many, where one that can't be read counts too. */
    private static int readInto(State state, ByteBuffer in) {
        int entries = 0;
        while (in.hasRemaining()) {
            entries++;
            byte[] key = take(in);
            byte[] value = take(in);
            if (!EntryLimits.keyFits(key.length) || !EntryLimits.valueFits(value.length)) {
                return entries;
            }
            state.put(key, value);
        }
        return entries;
    }

    /** Empty, and the rest skipped, when the bytes end before. */
    private static byte[] take(ByteBuffer in) {
        int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (length < 0 || length > in.remaining()) {
            in.position(in.limit());
            return new byte[0];
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
