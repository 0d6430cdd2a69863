package dev.meshlog.ledger.certificate;

import static dev.meshlog.ledger.certificate.Attesters.NETWORK;
import static dev.meshlog.ledger.certificate.Attesters.OTHER_ROOT;
import static dev.meshlog.ledger.certificate.Attesters.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateCollectorTest {
    private final Attesters attesters = new Attesters(8);
    private final Validators four = attesters.set(1, 1, 1, 1);
    private final CertificateCollector collector = new CertificateCollector(NETWORK, -1);

    @Test
    void quorumMakesACertificateOnce() {
        assertThat(add(0, 1, 5, ROOT)).isEmpty();
        assertThat(add(1, 1, 5, ROOT)).isEmpty();
        assertThat(add(2, 1, 5, ROOT)).hasValueSatisfying(certificate -> {
            assertThat(certificate.checkpointIndex()).isEqualTo(5);
            assertThat(certificate.root()).isEqualTo(ROOT);
            assertThat(certificate.attestations())
                    .extracting(Attestation::producer)
                    .containsExactly(attesters.key(0), attesters.key(1), attesters.key(2));
        });
        assertThat(add(3, 1, 5, ROOT)).isEmpty();
        assertThat(add(0, 2, 5, ROOT)).isEmpty();
        assertThat(collector.newestCertified()).isEqualTo(5);
        assertThat(collector.size()).isZero();
    }

    @Test
    void loneValidatorIsAQuorum() {
        Validators one = attesters.set(1);
        assertThat(collector.add(attesters.attest(0, 1, 0, ROOT), one)).isPresent();
        assertThat(collector.add(attesters.attest(0, 2, 1, ROOT), one)).isPresent();
    }

    @Test
    void weightsCountAndNotHeads() {
        Validators heavy = attesters.set(7, 1, 1, 1);
        assertThat(collector.add(attesters.attest(1, 1, 5, ROOT), heavy)).isEmpty();
        assertThat(collector.add(attesters.attest(2, 1, 5, ROOT), heavy)).isEmpty();
        assertThat(collector.add(attesters.attest(3, 1, 5, ROOT), heavy)).isEmpty();
        assertThat(collector.add(attesters.attest(0, 1, 5, ROOT), heavy)).isPresent();
    }

    @Test
    void validatorCountsOnceHoweverOftenItNamesACheckpoint() {
        for (long round = 1; round < 9; round++) {
            assertThat(add(0, round, 5, ROOT)).isEmpty();
            assertThat(add(1, round, 5, ROOT)).isEmpty();
        }
        assertThat(collector.size()).isEqualTo(2);
    }

    @Test
    void strangerCountsNothing() {
        add(0, 1, 5, ROOT);
        add(1, 1, 5, ROOT);
        assertThat(add(6, 1, 5, ROOT)).isEmpty();
        assertThat(collector.size()).isEqualTo(2);
    }

    @Test
    void anotherRootOrAnotherCheckpointDoesNotCount() {
        add(0, 1, 5, ROOT);
        add(1, 1, 5, ROOT);
        assertThat(add(2, 1, 5, OTHER_ROOT)).isEmpty();
        assertThat(add(3, 1, 6, ROOT)).isEmpty();
        assertThat(collector.newestCertified()).isEqualTo(-1);
    }

    @Test
    void firstOfTwoRootsThatAValidatorNamesStays() {
        add(0, 1, 5, OTHER_ROOT);
        add(0, 2, 5, ROOT);
        add(1, 1, 5, ROOT);
        assertThat(add(2, 1, 5, ROOT)).isEmpty();
        assertThat(add(3, 1, 5, ROOT)).isPresent();
    }

    @Test
    void laterCheckpointsCertificateEndsTheEarlierOnes() {
        add(0, 1, 4, ROOT);
        add(1, 1, 4, ROOT);
        for (int validator = 0; validator < 3; validator++) {
            add(validator, 2, 5, ROOT);
        }
        assertThat(collector.newestCertified()).isEqualTo(5);
        assertThat(add(2, 1, 4, ROOT)).isEmpty();
        assertThat(collector.size()).isZero();
    }

    @Test
    void checkpointsCertifiedBeforeARestartAreNotCollectedAgain() {
        var restarted = new CertificateCollector(NETWORK, 5);
        for (int validator = 0; validator < 4; validator++) {
            assertThat(restarted.add(attesters.attest(validator, 1, 5, ROOT), four))
                    .isEmpty();
        }
        assertThat(restarted.size()).isZero();
    }

    @Test
    void absurdCheckpointsCrowdOutTheirProducersHeadersAlone() {
        add(0, 1, 5, ROOT);
        add(1, 1, 5, ROOT);
        for (int i = 0; i < 500; i++) {
            add(3, 1, Long.MAX_VALUE - i % 100, i % 2 == 0 ? ROOT : OTHER_ROOT);
            assertThat(collector.size()).isLessThanOrEqualTo(2 + CertificateCollector.KEPT_CHECKPOINTS);
        }
        assertThat(add(2, 1, 5, ROOT)).isPresent();
    }

    @Test
    void headersOfOldEpochsAreForgottenAndNotTakenAgain() {
        add(0, 1, 5, ROOT);
        add(1, 1, 5, ROOT);
        add(2, 10 * CertificateCollector.KEPT_EPOCHS, 4, ROOT);
        assertThat(collector.size()).isEqualTo(1);
        add(1, 2, 5, ROOT);
        assertThat(collector.size()).isEqualTo(1);
        add(1, 10, 5, ROOT);
        assertThat(collector.size()).isEqualTo(2);
    }

    @Test
    void equalSetsOfSeveralEpochsCountLikeOne() {
        add(0, 9, 5, ROOT);
        add(1, 10, 5, ROOT);
        assertThat(add(2, 20, 5, ROOT)).isPresent();
    }

    @Test
    void whoHasLeftHasNoWeightBesideHeadersOfTheNewEpoch() {
        Validators later = attesters.set(0, 1, 1, 1, 1);
        add(0, 9, 5, ROOT);
        add(1, 9, 5, ROOT);
        assertThat(collector.add(attesters.attest(4, 10, 5, ROOT), later)).isEmpty();
        assertThat(collector.add(attesters.attest(3, 10, 5, ROOT), later))
                .hasValueSatisfying(certificate -> assertThat(certificate.attestations())
                        .extracting(Attestation::producer)
                        .containsExactly(attesters.key(1), attesters.key(3), attesters.key(4)));
    }

    @Test
    void quorumOfTheOldEpochAloneIsOneEvenWhenTheNewEpochHasBegun() {
        Validators later = attesters.set(0, 0, 0, 0, 1, 1, 1, 1);
        add(0, 9, 5, ROOT);
        add(1, 9, 5, ROOT);
        assertThat(collector.add(attesters.attest(4, 10, 5, ROOT), later)).isEmpty();
        assertThat(add(2, 9, 5, ROOT))
                .hasValueSatisfying(certificate ->
                        assertThat(certificate.attestations()).hasSize(3).allMatch(each -> each.epoch() == 0));
    }

    @Test
    void smallWeightOfTheOldEpochCountsAsWhatItIsInTheNewOne() {
        Validators before = attesters.set(100, 1, 1, 1);
        Validators now = attesters.set(1, 100, 1, 1);
        assertThat(collector.add(attesters.attest(1, 9, 5, ROOT), before)).isEmpty();
        assertThat(collector.add(attesters.attest(2, 10, 5, ROOT), now)).isPresent();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyCheckpointIsCertifiedWhenEveryValidatorNamesItHoweverUnevenly(long seed) {
        var random = new Random(seed);
        int[] executed = new int[4];
        List<Long> certified = new ArrayList<>();
        for (long round = 1; round <= 400; round++) {
            for (int validator = 0; validator < 4; validator++) {
                int slowest = Math.min(Math.min(executed[0], executed[1]), Math.min(executed[2], executed[3]));
                boolean mayGoOn = executed[validator] - slowest < CertificateCollector.KEPT_CHECKPOINTS - 1;
                if (mayGoOn && random.nextInt(2 + validator) == 0) {
                    executed[validator]++;
                }
                add(validator, 1 + round % 9, executed[validator], root(executed[validator]))
                        .ifPresent(certificate -> {
                            assertThat(certificate.root()).isEqualTo(root(certificate.checkpointIndex()));
                            certified.add(certificate.checkpointIndex());
                        });
            }
        }
        for (int i = 0; i < certified.size(); i++) {
            assertThat(certified.get(i)).isEqualTo(i);
        }
        assertThat(certified).hasSizeGreaterThan(50);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15, 16})
    void whateverComesOutPassesTheVerifier(long seed) throws Exception {
        var random = new Random(seed);
        Map<Long, Validators> sets = new HashMap<>();
        var verifier =
                new CertificateVerifier(NETWORK, Attesters.EPOCH_LENGTH, Attesters.known(sets), Ed25519.fastest());
        int certificates = 0;
        for (int i = 0; i < 600; i++) {
            long round = 1L + i / 10;
            long epoch = round / Attesters.EPOCH_LENGTH;
            Validators set = sets.computeIfAbsent(
                    epoch,
                    any -> attesters.set(
                            random.ints(8, 0, 4).mapToLong(weight -> weight).toArray()));
            Hash root = random.nextInt(8) == 0 ? OTHER_ROOT : ROOT;
            Attestation attestation = attesters.attest(random.nextInt(8), round, i / 50 + random.nextInt(2), root);
            Optional<Certificate> complete = collector.add(attestation, set);
            if (complete.isPresent()) {
                byte[] bytes = complete.get().encode();
                assertThat(verifier.verify(bytes).encode()).isEqualTo(bytes);
                certificates++;
            }
        }
        assertThat(certificates).isGreaterThan(5);
    }

    private Optional<Certificate> add(int validator, long round, long checkpoint, Hash root) {
        return collector.add(attesters.attest(validator, round, checkpoint, root), four);
    }

    private static Hash root(long checkpoint) {
        return Domain.STATE_ROOT.hash(Domain.u64(checkpoint));
    }
}
