package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All that is checked of a vertex before it reaches the verified log, on all processors; the limit is its signature alone. */
final class VerifyBench implements Bench {
    @Override
    public String name() {
        return "verify";
    }

    @Override
    public String sentence() {
        return "vertices verified on all processors, against their signatures alone; the size is vertices (2,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        for (int validators : new int[] {10, 100}) {
            compare(validators, settings, figures);
        }
    }

    private void compare(int validators, BenchSettings settings, Consumer<Figure> figures) throws Exception {
        var network = new BenchNetwork(validators);
        List<Vertex> vertices = new ArrayList<>();
        while (vertices.size() < settings.sizeOr(2_000)) {
            vertices.addAll(network.nextRound(List.of()));
        }
        List<SignedVertex> records = vertices.stream().map(Vertex::record).toList();
        Ed25519 signatures = Ed25519.fastest();
        var verifier = new VertexVerifier(
                network.networkId(),
                network.genesis().epochLength(),
                KnownValidators.constant(new Validators(network.genesis().validators())),
                signatures);
        try (var cores = new Cores()) {
            new Interleaving(name(), "vertices", settings)
                    .compare(
                            validators + " validators",
                            () -> cores.forEach(
                                    records.size(),
                                    i -> require(verifier.verify(records.get(i)) instanceof Verdict.Valid)),
                            () -> cores.forEach(vertices.size(), i -> {
                                Vertex vertex = vertices.get(i);
                                require(signatures.verify(vertex.producer(), vertex.id(), vertex.signature()));
                            }),
                            figures);
        }
    }

    private static void require(boolean valid) {
        if (!valid) {
            throw new IllegalStateException("a vertex of the bench is not valid");
        }
    }
}
