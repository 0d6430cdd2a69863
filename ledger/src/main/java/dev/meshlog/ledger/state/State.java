package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.RootedTable;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The committed state over a store, with its accumulators and its root. Entries are written through at once; the accumulators
 * that they touch are written by {@link #flush()}, which must come before the store's owner commits. When the owner aborts
 * instead, this object no longer fits the store: make a new one.
 *
 * <p>The cost of an update is two elements at most, and does not depend on the size of the state. Beyond the store it takes
 * 2 KiB for each bucket touched since the last flush, and at most 8 MiB after one, unless it keeps all accumulators. One thread at a time.
 */
public final class State implements RootedTable {
    private static final int KEPT_ACCUMULATORS = 4096;

    /** Accumulators of a pass that are digested together. */
    private static final int SLICE = 1024;

    /** Fewer are not worth a second thread. */
    private static final int FEW_DIGESTS = 64;

    private final StateStore store;
    private final int bucketBits;
    private final int kept;
    private final PendingElements elements = new PendingElements();
    private final MessageDigest sha = Domain.sha256();
    private final byte[] scratch = new byte[Hash.LENGTH];
    private final MerkleTree tree;
    private final Map<Integer, Accumulator> accumulators = new HashMap<>();
    private final BitSet undigested = new BitSet();
    private final BitSet unflushed = new BitSet();
    private long entries;

    /**
     * Reads every bucket's accumulator, but no entry.
     *
     * @throws IllegalArgumentException when bucketBits is not 1 to 16
     * @throws IllegalStateException when a stored accumulator is damaged
     */
    public State(StateStore store, int bucketBits) {
        this(store, bucketBits, KEPT_ACCUMULATORS);
    }

    private State(StateStore store, int bucketBits, int kept) {
        this.store = store;
        this.bucketBits = bucketBits;
        this.kept = kept;
        this.tree = new MerkleTree(bucketBits);
        Map<Integer, Accumulator> slice = new HashMap<>();
        store.forEachBucket(Buckets.count(bucketBits), (bucket, stored) -> {
            slice.put(bucket, parse(bucket, stored));
            if (slice.size() == SLICE) {
                take(slice);
            }
        });
        take(slice);
    }

    /**
     * For many updates in a row: all accumulators stay in memory, 2 KiB for each of 2^bucketBits buckets. Otherwise as
     * {@link #State(StateStore, int)}.
     */
    public static State inMemory(StateStore store, int bucketBits) {
        return new State(store, bucketBits, Buckets.count(bucketBits));
    }

    private void take(Map<Integer, Accumulator> slice) {
        slice.entrySet().parallelStream()
                .map(each -> Map.entry(each.getKey(), each.getValue().digest()))
                .toList()
                .forEach(each -> tree.set(each.getKey(), each.getValue()));
        slice.values().forEach(accumulator -> entries += accumulator.entries());
        if (accumulators.size() + slice.size() <= kept) {
            accumulators.putAll(slice);
        }
        slice.clear();
    }

    /** The value, or null when there is no such entry. */
    @Override
    public byte @Nullable [] get(byte[] key) {
        return store.get(key);
    }

    /**
     * A value equal to the one that is there changes nothing. The arrays are looked at again until the next root or flush: never change
     * them.
     *
     * @throws IllegalArgumentException when the key or the value is outside {@link EntryLimits}
     */
    @Override
    public void put(byte[] key, byte[] value) {
        replace(key, store.get(key), value);
    }

    /** Without such an entry nothing happens. */
    @Override
    public void delete(byte[] key) {
        replace(key, store.get(key), null);
    }

    /** @throws IllegalArgumentException when the key or the value is outside {@link EntryLimits} */
    @Override
    public void replace(byte[] key, byte @Nullable [] old, byte @Nullable [] value) {
        if (Arrays.equals(old, value)) {
            return;
        }
        if (value != null) {
            EntryLimits.check(key, value);
        }
        change(key, old, value);
        if (old != null) {
            entries--;
        }
        if (value == null) {
            store.delete(key);
        } else {
            entries++;
            store.put(key, value);
        }
    }

    public int bucketBits() {
        return bucketBits;
    }

    /** How many entries the state has. */
    @Override
    public long entries() {
        return entries;
    }

    /** The root of the state as it is now, as that of the given checkpoint. */
    @Override
    public Hash root(long checkpointIndex) {
        digest();
        return StateRoot.of(checkpointIndex, entries, tree.root());
    }

    /** Of the state as it is now. */
    public BucketDigests bucketDigests() {
        digest();
        return BucketDigests.of(tree, bucketBits);
    }

    /** Writes the touched accumulators to the store. */
    public void flush() {
        elements.settle();
        for (int bucket = unflushed.nextSetBit(0); bucket >= 0; bucket = unflushed.nextSetBit(bucket + 1)) {
            Accumulator accumulator = accumulator(bucket);
            store.putBucket(bucket, accumulator.isEmpty() ? null : accumulator.bytes());
        }
        unflushed.clear();
        if (accumulators.size() > kept) {
            digest();
            accumulators.clear();
        }
    }

    private void digest() {
        elements.settle();
        int[] buckets = undigested.stream().toArray();
        var touched = new Accumulator[buckets.length];
        for (int i = 0; i < buckets.length; i++) {
            touched[i] = accumulator(buckets[i]);
        }
        // Each digest reads 2 KiB: many are computed by all processors.
        Stream<Accumulator> all = Arrays.stream(touched);
        Hash[] digests = (buckets.length < FEW_DIGESTS ? all : all.parallel())
                .map(Accumulator::digest)
                .toArray(Hash[]::new);
        for (int i = 0; i < buckets.length; i++) {
            tree.set(buckets[i], digests[i]);
        }
        undigested.clear();
    }

    private void change(byte[] key, byte @Nullable [] removed, byte @Nullable [] added) {
        int bucket = Buckets.bucketOf(sha, scratch, key, 0, key.length, bucketBits);
        undigested.set(bucket);
        unflushed.set(bucket);
        elements.add(bucket, accumulator(bucket), key, removed, added);
    }

    private Accumulator accumulator(int bucket) {
        Accumulator known = accumulators.get(bucket);
        if (known == null) {
            byte[] stored = store.bucket(bucket);
            known = stored == null ? new Accumulator() : parse(bucket, stored);
            accumulators.put(bucket, known);
        }
        return known;
    }

    private static Accumulator parse(int bucket, byte[] stored) {
        try {
            return Accumulator.parse(stored);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the store's accumulator of bucket " + bucket + " is damaged", e);
        }
    }
}
