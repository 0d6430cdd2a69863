package dev.meshlog.ledger;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** SHA-256 as ids, inner nodes and content ids use it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HashBenchmark {
    private final Hash left = Domain.OBJECT.hash(Domain.u32(1));
    private final Hash right = Domain.OBJECT.hash(Domain.u32(2));
    private final byte[] header = new byte[120];
    private final byte[] chunk = new byte[1 << 20];

    @Benchmark
    public Hash innerNode() {
        return Domain.MERKLE_NODE.hash(left, right);
    }

    @Benchmark
    public Hash vertexId() {
        return Domain.VERTEX.hash(left, header);
    }

    @Benchmark
    public Hash contentIdOfOneMebibyte() {
        return Domain.contentId(chunk);
    }
}
