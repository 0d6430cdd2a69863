package dev.meshlog.ledger.state;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Changes of entries whose elements are not in the accumulators yet. An element costs a key schedule and 2 KiB of keystream, and elements of
 * different buckets have nothing to do with each other: many changes are settled by all processors, each taking the buckets whose number it
 * has modulo their count, in the order of the changes. One thread at a time calls it.
 */
final class PendingElements {
    /** At most so many wait; bounds the memory that their keys and values hold. */
    static final int MAX = 4_096;

    /** Fewer are not worth a second thread. */
    private static final int FEW = 32;

    private final List<Change> changes = new ArrayList<>();
    private final LtHash[] hashes =
            new LtHash[Math.max(1, Math.min(16, Runtime.getRuntime().availableProcessors()))];

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(
            int bucket, Accumulator accumulator, byte[] key, byte @Nullable [] removed, byte @Nullable [] added) {
        void apply(LtHash hash) {
            if (removed != null) {
                hash.subtract(accumulator, key, removed);
            }
            if (added != null) {
                hash.add(accumulator, key, added);
            }
        }
    }

    PendingElements() {
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = new LtHash();
        }
    }

    /**
     * @param removed the value that goes, or null
     * @param added the value that comes, or null
     */
    void add(int bucket, Accumulator accumulator, byte[] key, byte @Nullable [] removed, byte @Nullable [] added) {
        changes.add(new Change(bucket, accumulator, key, removed, added));
        if (changes.size() >= MAX) {
            settle();
        }
    }

    /** @throws IllegalStateException when an accumulator cannot have held what is removed */
    void settle() {
        if (changes.isEmpty()) {
            return;
        }
        if (changes.size() < FEW) {
            changes.forEach(change -> change.apply(hashes[0]));
        } else {
            IntStream.range(0, hashes.length).parallel().forEach(part -> {
                for (Change change : changes) {
                    if (change.bucket() % hashes.length == part) {
                        change.apply(hashes[part]);
                    }
                }
            });
        }
        changes.clear();
    }
}
