package dev.meshlog.ledger.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CertificationTest {
    private static final Hash ROOT = Domain.STATE_ROOT.hash(Domain.u64(1));
    private static final Hash OTHER = Domain.STATE_ROOT.hash(Domain.u64(2));

    private final Network network = new Network(4);
    private final KnownValidators validators = KnownValidators.constant(new Validators(network.genesis.validators()));
    private final Certification certification = new Certification(network.genesis.networkId(), 0);

    @Test
    void quorumThatAgreesCertifies() {
        certification.executed(new CheckpointMark(1, ROOT, 5));

        assertThat(attest(0, ROOT)).isEmpty();
        assertThat(attest(1, ROOT)).isEmpty();
        assertThat(attest(2, ROOT)).hasValueSatisfying(certificate -> {
            assertThat(certificate.checkpointIndex()).isEqualTo(1);
            assertThat(certificate.root()).isEqualTo(ROOT);
        });
        assertThat(certification.divergence()).isEmpty();
    }

    @Test
    void quorumForAnotherRootIsADivergence() {
        certification.executed(new CheckpointMark(1, ROOT, 5));
        attest(0, OTHER);
        attest(1, OTHER);
        assertThat(certification.divergence()).as("two of four may lie").isEmpty();

        attest(2, OTHER);

        assertThat(certification.divergence())
                .hasValueSatisfying(found -> assertThat(found.certifiedRoot()).isEqualTo(OTHER));
    }

    /** A node that is behind hears of a checkpoint before it executes it. */
    @Test
    void certificateThatComesFirstIsHeldAgainstTheCheckpointLater() {
        for (int producer = 0; producer < 3; producer++) {
            attest(producer, OTHER);
        }
        assertThat(certification.divergence()).isEmpty();

        certification.executed(new CheckpointMark(1, ROOT, 5));

        assertThat(certification.divergence()).isPresent();
    }

    private Optional<Certificate> attest(int producer, Hash root) {
        List<VertexRef> parents = network.keys.stream()
                .map(key -> VertexRef.implicit(key.publicKey()))
                .toList();
        Vertex vertex = network.factory(network.keys.get(producer)).make(1, parents, List.of(), 1, root, 0);
        return certification.take(vertex, validators);
    }
}
