package dev.meshlog.ledger.crypto;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One signature over an id, by each provider, our own checks included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // fields are set by setUp
public class SignatureBenchmark {
    private final SigningKey key = Network.key(1);
    private final byte[] signature = key.sign(Hash.ZERO);

    @Param({"accp", "bouncyCastle", "jdk"})
    String provider;

    private Ed25519 signatures;

    @Setup
    public void setUp() throws GeneralSecurityException {
        signatures = switch (provider) {
            case "accp" -> Ed25519.accp();
            case "bouncyCastle" -> Ed25519.bouncyCastle();
            case "jdk" -> Ed25519.jdk();
            default -> throw new IllegalArgumentException(provider);
        };
    }

    @Benchmark
    public boolean verify() {
        return signatures.verify(key.publicKey(), Hash.ZERO, signature);
    }
}
