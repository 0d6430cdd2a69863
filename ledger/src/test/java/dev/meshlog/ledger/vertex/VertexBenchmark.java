package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

/** A vertex that cites all validators: read, verified, and verified but for its signature. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // fields are set by setUp
public class VertexBenchmark {
    @Param({"10", "100"})
    int validators;

    private Network network;
    private SignedVertex signed;
    private VertexVerifier verifier;
    private VertexVerifier withoutSignature;

    @Setup
    public void setUp() {
        network = new Network(validators);
        List<VertexRef> parents = new ArrayList<>(network.keys.stream()
                .map(key -> VertexRef.implicit(key.publicKey()))
                .toList());
        signed = network.vertex(0, 1, parents, List.of()).record();
        verifier = verifier(Ed25519.fastest());
        withoutSignature = verifier((key, message, signature) -> true);
        if (Stream.of(verifier, withoutSignature)
                .anyMatch(its -> its.verify(signed).vertex().isEmpty())) {
            throw new IllegalStateException("the vertex is not valid");
        }
    }

    private VertexVerifier verifier(dev.meshlog.ledger.crypto.SignatureCheck signatures) {
        return new VertexVerifier(
                network.genesis.networkId(),
                network.genesis.epochLength(),
                KnownValidators.constant(new Validators(network.genesis.validators())),
                signatures);
    }

    @Benchmark
    public Vertex decode() {
        return Vertex.parse(network.genesis.networkId(), signed);
    }

    @Benchmark
    public Verdict verify() {
        return verifier.verify(signed);
    }

    @Benchmark
    public Verdict verifyAllButTheSignature() {
        return withoutSignature.verify(signed);
    }
}
