package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Warmup;

/** The parts of an update of the state root. */
@org.openjdk.jmh.annotations.State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StateBenchmark {
    private static final int BUCKET_BITS = 12;

    private final LtHash hash = new LtHash();
    private final byte[] key = StateKey.object(Domain.OBJECT.hash(Domain.u32(1)));
    private final byte[] value = new byte[100];
    private final byte[] element = hash.element(key, value);
    private final Accumulator growing = new Accumulator();
    private final Accumulator shrinking = Accumulator.parse(ByteBuffer.allocate(Accumulator.BYTES)
            .putLong(LtHash.ELEMENT_BYTES, Long.MAX_VALUE)
            .array());
    private final MerkleTree tree = new MerkleTree(BUCKET_BITS);
    private final Random random = new Random(1);
    private int updates;

    @Benchmark
    public byte[] element() {
        return hash.element(key, value);
    }

    @Benchmark
    public long accumulatorAdd() {
        growing.add(element);
        return growing.entries();
    }

    @Benchmark
    public long accumulatorSubtract() {
        shrinking.subtract(element);
        return shrinking.entries();
    }

    @Benchmark
    public Hash digest() {
        return shrinking.digest();
    }

    @Benchmark
    public int bucketOf() {
        return Buckets.bucketOf(key, BUCKET_BITS);
    }

    /** A leaf that changes, and its path to the root. */
    @Benchmark
    public Hash merkleUpdate() {
        tree.set(random.nextInt(Buckets.count(BUCKET_BITS)), Domain.OBJECT.hash(Domain.u32(updates++)));
        return tree.root();
    }
}
