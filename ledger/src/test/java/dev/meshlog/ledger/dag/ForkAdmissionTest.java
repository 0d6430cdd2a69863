package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import org.junit.jupiter.api.Test;

class ForkAdmissionTest {
    private static final Hash LIAR = Domain.BODY.hash(Domain.u32(1));
    private static final Hash OTHER = Domain.BODY.hash(Domain.u32(2));

    private final ForkAdmission admission = new ForkAdmission();

    @Test
    void floodOfForksIsHeldOff() {
        for (int fork = 0; fork < 10_000; fork++) {
            assertThat(admission.admits(vertex(LIAR, 7, fork), false)).isEqualTo(fork < ForkAdmission.MAX_FORKS);
        }
    }

    @Test
    void forkThatIsWantedIsAdmittedEachTimeItComes() {
        floodOfForksIsHeldOff();

        assertThat(admission.admits(vertex(LIAR, 7, 9), true)).isTrue();
        assertThat(admission.admits(vertex(LIAR, 7, 9), false)).isTrue();
        assertThat(admission.admits(vertex(LIAR, 7, 8), false)).isFalse();
    }

    @Test
    void otherRoundsAndProducersDoNotSuffer() {
        floodOfForksIsHeldOff();

        assertThat(admission.admits(vertex(LIAR, 8, 0), false)).isTrue();
        assertThat(admission.admits(vertex(OTHER, 7, 0), false)).isTrue();
    }

    @Test
    void roundsBelowTheFloorAreForgotten() {
        floodOfForksIsHeldOff();

        admission.forget(6);
        assertThat(admission.admits(vertex(LIAR, 7, 5), false)).isFalse();
        admission.forget(7);
        assertThat(admission.admits(vertex(LIAR, 7, 5), false)).isTrue();
    }

    private static VertexRef vertex(Hash producer, long round, int fork) {
        return new VertexRef(
                round, producer, Domain.VERTEX.hash(producer.bytes(), Domain.u64(round), Domain.u32(fork)));
    }
}
