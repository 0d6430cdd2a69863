package dev.meshlog.infra.network.faults;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Vertices that an honest validator would not make, most of them valid. One thread. */
final class LyingVertices {
    private final Validators validators;
    private final VertexFactory factory;
    private final SplittableRandom random;
    private long distinct;

    LyingVertices(GenesisConfig genesis, SigningKey key, SplittableRandom random) {
        this.validators = new Validators(genesis.validators());
        this.factory = new VertexFactory(genesis.networkId(), genesis.epochLength(), key);
        this.random = random;
    }

    /** A valid one, another one with each call. */
    Vertex next(long round, List<VertexRef> parents) {
        // The producer's clock is informative only: whatever it says, the vertex is as good as any other.
        return factory.make(round, parents, List.of(), 0, Hash.ZERO, distinct++);
    }

    /** A valid one whose parents, so it says, a quorum made; they do not exist. */
    Vertex withoutParents(long round) {
        List<VertexRef> invented = new ArrayList<>();
        validators.members().stream()
                .filter(each -> !each.publicKey().equals(factory.producer()))
                .forEach(each -> invented.add(new VertexRef(round - 1, each.publicKey(), randomHash())));
        return next(round, invented);
    }

    /** One that breaks a rule for everybody who looks at it. */
    SignedVertex invalid(long round, List<VertexRef> parents) {
        SignedVertex good = next(round, parents).record();
        byte[] signature = good.getSignature().bytes().clone();
        signature[random.nextInt(32)] ^= 1;
        return new SignedVertex(good.getHeader(), new Bytes64(signature), good.getBody());
    }

    private Hash randomHash() {
        byte[] bytes = new byte[Hash.LENGTH];
        random.nextBytes(bytes);
        return Hash.of(bytes);
    }
}
