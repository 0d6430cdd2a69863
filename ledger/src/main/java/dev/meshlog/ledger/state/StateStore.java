package dev.meshlog.ledger.state;

import org.jspecify.annotations.Nullable;

/**
 * Where the committed state lives: in memory, in a Kafka Streams store, in RocksDB. One thread at a time. An implementation keeps what it is given
 * and interprets nothing; writes become durable when its owner commits, all of them or none.
 */
public interface StateStore {
    /** The value of a state entry, or null when there is none. */
    byte @Nullable [] get(byte[] key);

    void put(byte[] key, byte[] value);

    void delete(byte[] key);

    /** A bucket's accumulator (2,048 bytes) and entry count (u64, big-endian), or null when the bucket is empty. */
    byte @Nullable [] bucket(int bucket);

    /** Every accumulator among the first {@code count} buckets, by bucket; empty buckets are left out. */
    default void forEachBucket(int count, BucketVisitor each) {
        for (int bucket = 0; bucket < count; bucket++) {
            byte[] accumulator = bucket(bucket);
            if (accumulator != null) {
                each.bucket(bucket, accumulator);
            }
        }
    }

    /** Is shown accumulators. */
    @FunctionalInterface
    interface BucketVisitor {
        /** @param accumulator as of {@link #bucket} */
        void bucket(int bucket, byte[] accumulator);
    }

    /** Null: the bucket became empty. */
    void putBucket(int bucket, byte @Nullable [] accumulator);
}
