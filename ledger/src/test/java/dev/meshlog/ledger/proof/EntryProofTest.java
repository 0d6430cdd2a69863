package dev.meshlog.ledger.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.BucketEntries;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Hex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryProofTest {
    private static final int BITS = 3;
    private static final long CHECKPOINT = 7;
    private static final int PATH = 20;
    private static final int SIZE = PATH + BITS * 32;
    private static final int ENTRIES = SIZE + 4;

    private final MemoryStateStore store = new MemoryStateStore();
    private final State state = state(store, BITS, 12);
    private final Hash root = state.root(CHECKPOINT);

    @ParameterizedTest(name = "{0} bits")
    @ValueSource(ints = {1, 3, 12, 16})
    void everyEntryIsProvenAndEveryAbsence(int bits) throws Exception {
        var entries = new MemoryStateStore();
        State all = state(entries, bits, 12);
        EntryProver prover = prover(entries, all, CHECKPOINT);
        for (int n = 0; n < 40; n++) {
            byte[] proof = prover.prove(key(n)).encode();

            EntryProof verified = EntryProof.verify(proof, bits, all.root(CHECKPOINT));

            assertThat(verified.checkpointIndex()).isEqualTo(CHECKPOINT);
            assertThat(verified.entries()).isEqualTo(12);
            if (n < 12) {
                assertThat(verified.value(key(n)))
                        .hasValueSatisfying(value -> assertThat(value).isEqualTo(new byte[] {9}));
            } else {
                assertThat(verified.value(key(n))).isEmpty();
            }
        }
    }

    @Test
    void emptyStateProvesThatThereIsNothing() throws Exception {
        var nothing = new MemoryStateStore();
        State empty = state(nothing, BITS, 0);
        byte[] proof = prover(nothing, empty, 0).prove(key(1)).encode();
        assertThat(proof).hasSize(ENTRIES);
        assertThat(EntryProof.verify(proof, BITS, empty.root(0)).value(key(1))).isEmpty();
    }

    @Test
    void proofIsTheseBytes() {
        var one = new MemoryStateStore();
        EntryProver prover = prover(one, state(one, 1, 2), 5);
        assertThat(Hex.of(prover.prove(key(0)).encode()))
                .isEqualTo("01" + "01" + "0000" + "0000000000000005" + "0000000000000002"
                        + "5665e42e8dc0a4bf0138486b63a90bac8ef840f30eefae67f115ec6dc472f4f7"
                        + "0000000b" + "00000002" + "0100" + "00000001" + "09");
    }

    @Test
    void anyFlippedBitIsRefused() {
        byte[] proof = prove(fullKey());
        for (int bit = 0; bit < 8 * proof.length; bit++) {
            byte[] damaged = proof.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> EntryProof.verify(damaged, BITS, root))
                    .as("bit %d", bit)
                    .isInstanceOf(InvalidProofException.class);
        }
    }

    /** Two empty buckets side by side have one path, so another number can make it a proof, a true one, of its neighbour. */
    @Test
    void flippedBitOfAnEmptyBucketIsRefusedOrProvesThatAnotherOneIsEmpty() throws Exception {
        byte[] key = keyOf(emptyBucket());
        byte[] proof = prove(key);
        for (int bit = 0; bit < 8 * proof.length; bit++) {
            byte[] damaged = proof.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            int bucket = ByteBuffer.wrap(damaged).getShort(2);
            if (bucket < 0 || bucket >= 8 || bucket == emptyBucket() || count(bucket) > 0) {
                assertThatThrownBy(() -> EntryProof.verify(damaged, BITS, root))
                        .as("bit %d", bit)
                        .isInstanceOf(InvalidProofException.class);
            } else if (isProof(damaged)) {
                EntryProof other = EntryProof.verify(damaged, BITS, root);
                assertThatThrownBy(() -> other.value(key)).isInstanceOf(InvalidProofException.class);
                assertThat(other.value(keyOf(bucket))).isEmpty();
            }
        }
    }

    @Test
    void truncatedAndContinuedProofsAreRefused() {
        byte[] proof = prove(fullKey());
        for (int length = 0; length < proof.length; length++) {
            assertRefused(ProofRejection.MALFORMED, Arrays.copyOf(proof, length));
        }
        assertRefused(ProofRejection.MALFORMED, Arrays.copyOf(proof, proof.length + 1));
        assertRefused(ProofRejection.SIZE, Arrays.copyOf(proof, EntryProof.MAX_BYTES + 1));
    }

    @Test
    void leftOutEntryIsRefused() {
        byte[] proof = prove(fullKey());
        List<byte[]> entries = entries(proof);
        assertThat(entries).hasSizeGreaterThan(1);
        for (int i = 0; i < entries.size(); i++) {
            List<byte[]> fewer = new ArrayList<>(entries);
            fewer.remove(i);
            assertRefused(ProofRejection.ROOT, with(proof, fewer));
        }
        assertRefused(ProofRejection.ROOT, with(proof, List.of()));
    }

    @Test
    void addedEntryIsRefused() {
        byte[] proof = prove(fullKey());
        List<byte[]> more = entries(proof);
        byte[] last = new byte[1_000];
        Arrays.fill(last, (byte) 0xff);
        int bucket = Buckets.bucketOf(fullKey(), BITS);
        while (Buckets.bucketOf(last, BITS) != bucket) {
            last[999]--;
        }
        more.add(ByteBuffer.allocate(1_008).putInt(1_000).put(last).putInt(0).array());
        assertRefused(ProofRejection.ROOT, with(proof, more));
    }

    @Test
    void repeatedMovedAndForeignEntriesAreRefused() {
        byte[] proof = prove(fullKey());
        List<byte[]> twice = entries(proof);
        twice.add(0, twice.get(0));
        assertRefused(ProofRejection.ENTRIES, with(proof, twice));

        List<byte[]> moved = entries(proof);
        moved.add(moved.remove(0));
        assertRefused(ProofRejection.ENTRIES, with(proof, moved));

        List<byte[]> foreign = entries(proof);
        int other = (Buckets.bucketOf(fullKey(), BITS) + 1) % 8;
        byte[] key = keyOf(other);
        foreign.add(ByteBuffer.allocate(8 + key.length)
                .putInt(key.length)
                .put(key)
                .putInt(0)
                .array());
        assertRefused(ProofRejection.ENTRIES, with(proof, foreign));
    }

    @Test
    void absurdLengthsAreRefused() {
        byte[] proof = prove(fullKey());
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 1_025}) {
            assertRefused(
                    ProofRejection.ENTRIES,
                    ByteBuffer.wrap(proof.clone()).putInt(ENTRIES, length).array());
            assertRefused(
                    ProofRejection.MALFORMED,
                    ByteBuffer.wrap(proof.clone()).putInt(SIZE, length).array());
        }
    }

    @Test
    void proofForAnotherCheckpointIsRefused() {
        byte[] other = prover(store, state, CHECKPOINT + 1).prove(fullKey()).encode();
        assertRefused(ProofRejection.ROOT, other);
        ByteBuffer.wrap(other).putLong(4, CHECKPOINT);
        assertThat(other).isEqualTo(prove(fullKey()));
    }

    @Test
    void proofOfAnotherBucketSaysNothingAboutAKey() throws Exception {
        for (int bucket = 0; bucket < 8; bucket++) {
            EntryProof proof = EntryProof.verify(prove(keyOf(bucket)), BITS, root);
            for (int n = 0; n < 40; n++) {
                byte[] key = key(n);
                if (Buckets.bucketOf(key, BITS) != bucket) {
                    assertThatThrownBy(() -> proof.value(key))
                            .isInstanceOfSatisfying(
                                    InvalidProofException.class,
                                    e -> assertThat(e.reason()).isEqualTo(ProofRejection.OTHER_BUCKET));
                }
            }
        }
    }

    @Test
    void bucketUnderAnotherNumberIsRefused() {
        byte[] proof = prove(keyOf(emptyBucket()));
        for (int bucket = 0; bucket < 8; bucket++) {
            if (count(bucket) > 0) {
                assertRefused(
                        ProofRejection.ROOT,
                        ByteBuffer.wrap(proof.clone())
                                .putShort(2, (short) bucket)
                                .array());
            }
        }
        assertRefused(
                ProofRejection.MALFORMED,
                ByteBuffer.wrap(proof.clone()).putShort(2, (short) 8).array());
    }

    @Test
    void anotherNumberOfBucketsIsRefused() {
        byte[] proof = prove(fullKey());
        for (int bits : new int[] {1, 2, 4, 16}) {
            assertRefused(ProofRejection.BUCKET_BITS, proof, bits);
            // A proof that is adapted to it has another depth.
            byte[] adapted = proof.clone();
            adapted[1] = (byte) bits;
            assertThatThrownBy(() -> EntryProof.verify(adapted, bits, root)).isInstanceOf(InvalidProofException.class);
        }
    }

    @Test
    void unknownVersionIsRefused() {
        byte[] proof = prove(fullKey());
        proof[0] = 2;
        assertRefused(ProofRejection.FORMAT_VERSION, proof);
    }

    @Test
    void noProofIsMadeFromAViewOfAnotherState() {
        EntryProver prover = prover(store, state, CHECKPOINT);
        state.put(fullKey(), new byte[] {1});
        assertThatIllegalStateException()
                .isThrownBy(() -> prover.prove(fullKey()))
                .withMessageContaining("checkpoint 7");
    }

    private byte[] prove(byte[] key) {
        EntryProver prover = prover(store, state, CHECKPOINT);
        assertThat(prover.root()).isEqualTo(root);
        return prover.prove(key).encode();
    }

    private void assertRefused(ProofRejection reason, byte[] proof) {
        assertRefused(reason, proof, BITS);
    }

    private void assertRefused(ProofRejection reason, byte[] proof, int bits) {
        assertThatThrownBy(() -> EntryProof.verify(proof, bits, root))
                .isInstanceOfSatisfying(
                        InvalidProofException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private boolean isProof(byte[] bytes) {
        try {
            EntryProof.verify(bytes, BITS, root);
            return true;
        } catch (InvalidProofException e) {
            return false;
        }
    }

    private static EntryProver prover(MemoryStateStore store, State state, long checkpoint) {
        int bits = state.bucketBits();
        BucketEntries.Source view = (bucket, visitor) -> store.forEachOf(bucket, bits, visitor);
        return new EntryProver(checkpoint, state.entries(), state.bucketDigests(), view);
    }

    private static State state(MemoryStateStore store, int bits, int entries) {
        var state = new State(store, bits);
        for (int n = 0; n < entries; n++) {
            state.put(key(n), new byte[] {9});
        }
        return state;
    }

    private static byte[] key(int n) {
        return new byte[] {1, (byte) n};
    }

    private int count(int bucket) {
        int[] count = new int[1];
        store.forEachOf(bucket, BITS, (its, key, value) -> count[0]++);
        return count[0];
    }

    /** A key whose bucket has several entries. */
    private byte[] fullKey() {
        for (int n = 0; n < 12; n++) {
            if (count(Buckets.bucketOf(key(n), BITS)) > 1) {
                return key(n);
            }
        }
        throw new IllegalStateException("twelve keys in eight buckets");
    }

    private int emptyBucket() {
        for (int bucket = 0; bucket < 8; bucket++) {
            if (count(bucket) == 0) {
                return bucket;
            }
        }
        throw new IllegalStateException("twelve keys leave a bucket of eight empty");
    }

    /** A key that is not in the state. */
    private static byte[] keyOf(int bucket) {
        byte[] key = {(byte) 0xfe, 0};
        while (Buckets.bucketOf(key, BITS) != bucket) {
            key[1]++;
        }
        return key;
    }

    private static List<byte[]> entries(byte[] proof) {
        List<byte[]> entries = new ArrayList<>();
        int entry = 8 + 2 + 1;
        for (int at = ENTRIES; at < proof.length; at += entry) {
            entries.add(Arrays.copyOfRange(proof, at, at + entry));
        }
        return entries;
    }

    private static byte[] with(byte[] proof, List<byte[]> entries) {
        int size = entries.stream().mapToInt(entry -> entry.length).sum();
        ByteBuffer out = ByteBuffer.allocate(ENTRIES + size).put(proof, 0, SIZE).putInt(size);
        entries.forEach(out::put);
        return out.array();
    }
}
