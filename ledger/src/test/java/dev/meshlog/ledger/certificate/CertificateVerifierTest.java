package dev.meshlog.ledger.certificate;

import static dev.meshlog.ledger.certificate.Attesters.EPOCH_LENGTH;
import static dev.meshlog.ledger.certificate.Attesters.NETWORK;
import static dev.meshlog.ledger.certificate.Attesters.OTHER_ROOT;
import static dev.meshlog.ledger.certificate.Attesters.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.Hex;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CertificateVerifierTest {
    private static final int HEADERS = 1 + 32 + 1;
    private static final int HEADER = 120 + 64;

    private final Attesters attesters = new Attesters(7);
    private final Map<Long, Validators> sets = new TreeMap<>(Map.of(0L, attesters.set(1, 1, 1, 1)));
    private final Certificate certificate = certificate(headers(1, 5, ROOT, 0, 1, 2));

    @Test
    void certificateIsTheseBytes() {
        byte[] bytes = certificate.encode();
        assertThat(bytes).hasSize(HEADERS + 3 * HEADER + 1);
        assertThat(Hex.of(Arrays.copyOf(bytes, HEADERS))).isEqualTo("02" + NETWORK.hex() + "06");
        assertThat(Hex.of(Arrays.copyOfRange(bytes, HEADERS, HEADERS + 88)))
                .isEqualTo(attesters.key(0).hex() + "0000000000000001" + "0000000000000000" + "0000000000000005"
                        + ROOT.hex());
        assertThat(bytes[bytes.length - 1]).isZero();
        assertThat(Hash.of(Domain.sha256().digest(bytes)).hex())
                .isEqualTo("dd568e8badacfa7394157333241980c836a62a0a49312b3e8ce078175bab6cff");
    }

    @Test
    void verifiedCertificateIsTheOneThatWasMade() throws Exception {
        Certificate verified = verify(certificate.encode());
        assertThat(verified.encode()).isEqualTo(certificate.encode());
        assertThat(verified.checkpointIndex()).isEqualTo(5);
        assertThat(verified.root()).isEqualTo(ROOT);
        assertThat(verified.attestations()).hasSize(3);
    }

    @Test
    void anyFlippedBitIsRefused() {
        byte[] bytes = certificate.encode();
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> verify(damaged)).as("bit %d", bit).isInstanceOf(InvalidCertificateException.class);
        }
    }

    @Test
    void truncatedAndContinuedCertificatesAreRefused() {
        byte[] bytes = certificate.encode();
        for (int length = 0; length < bytes.length; length++) {
            assertRefused(CertificateRejection.MALFORMED, Arrays.copyOf(bytes, length));
        }
        assertRefused(CertificateRejection.MALFORMED, Arrays.copyOf(bytes, bytes.length + 1));
        assertRefused(CertificateRejection.SIZE, Arrays.copyOf(bytes, Certificate.MAX_BYTES + 1));
    }

    @Test
    void largestCertificateFitsItsLimit() {
        List<Attestation> all = new ArrayList<>();
        Attestation one = attesters.attest(0, 1, 5, ROOT);
        for (int i = 0; i < Validators.MAX_SIZE; i++) {
            all.add(one);
        }
        assertThat(certificate(all).encode()).hasSize(Certificate.MAX_BYTES);
    }

    @Test
    void absurdCountsAreRefused() {
        for (String count : List.of("00", "01", "d20f", "feffffff0f", "ffffffffffffffffff01", "8600")) {
            var out = new ByteArrayOutputStream();
            out.writeBytes(Arrays.copyOf(certificate.encode(), HEADERS - 1));
            out.writeBytes(Hex.parse(count));
            out.writeBytes(new byte[400]);
            assertRefused(CertificateRejection.MALFORMED, out.toByteArray());
        }
    }

    @Test
    void otherVersionAndOtherNetworkAreRefused() {
        byte[] version = certificate.encode();
        version[0] = 4;
        assertRefused(CertificateRejection.FORMAT_VERSION, version);
        byte[] other = certificate.encode();
        other[1]++;
        assertRefused(CertificateRejection.OTHER_NETWORK, other);
    }

    @Test
    void headersOfAnotherNetworkAreRefused() {
        Hash here = Domain.NETWORK.hash(new byte[] {9});
        byte[] bytes = new Certificate(here, certificate.attestations()).encode();
        var verifier = new CertificateVerifier(here, EPOCH_LENGTH, Attesters.known(sets), Ed25519.fastest());
        assertThatThrownBy(() -> verifier.verify(bytes))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(CertificateRejection.BAD_SIGNATURE));
    }

    @Test
    void repeatedOrUnsortedProducersAreRefused() {
        Attestation again = attesters.attest(1, 2, 5, ROOT);
        List<Attestation> twice = new ArrayList<>(headers(1, 5, ROOT, 0, 1));
        twice.add(again);
        assertRefused(CertificateRejection.ORDER, certificate(twice).encode());

        byte[] bytes = certificate.encode();
        byte[] swapped = bytes.clone();
        System.arraycopy(bytes, HEADERS, swapped, HEADERS + HEADER, HEADER);
        System.arraycopy(bytes, HEADERS + HEADER, swapped, HEADERS, HEADER);
        assertRefused(CertificateRejection.ORDER, swapped);
    }

    @Test
    void headersThatNameSeveralCheckpointsOrRootsAreRefused() {
        for (Attestation odd : List.of(attesters.attest(2, 1, 6, ROOT), attesters.attest(2, 1, 5, OTHER_ROOT))) {
            List<Attestation> mixed = new ArrayList<>(headers(1, 5, ROOT, 0, 1));
            mixed.add(odd);
            assertRefused(
                    CertificateRejection.TWO_CHECKPOINTS, certificate(mixed).encode());
        }
    }

    @Test
    void epochThatDoesNotFollowFromTheRoundIsRefused() {
        VertexHeader header = attesters.attest(2, 1, 5, ROOT).header();
        for (long[] wrong : new long[][] {{1, 1}, {10, 0}, {0, 0}, {-1, 0}}) {
            var forged = new VertexHeader(header.producer(), wrong[0], wrong[1], 5, ROOT, header.bodyHash());
            List<Attestation> headers = new ArrayList<>(headers(1, 5, ROOT, 0, 1));
            headers.add(new Attestation(forged, new byte[64]));
            assertRefused(CertificateRejection.WRONG_EPOCH, certificate(headers).encode());
        }
    }

    @Test
    void negativeCheckpointIsRefused() {
        assertRefused(
                CertificateRejection.MALFORMED,
                certificate(headers(1, -1, ROOT, 0, 1, 2)).encode());
    }

    @Test
    void lessThanAQuorumIsRefused() {
        assertRefused(
                CertificateRejection.NO_QUORUM,
                certificate(headers(1, 5, ROOT, 0, 1)).encode());
        sets.put(0L, attesters.set(1, 1, 1, 10));
        assertRefused(CertificateRejection.NO_QUORUM, certificate.encode());
    }

    @Test
    void exactlyTwoThirdsAreNoQuorum() {
        sets.put(0L, attesters.set(1, 1, 1));
        assertRefused(
                CertificateRejection.NO_QUORUM,
                certificate(headers(1, 5, ROOT, 0, 1)).encode());
    }

    @Test
    void strangerIsRefusedBesideAQuorumToo() {
        assertRefused(
                CertificateRejection.NOT_A_VALIDATOR,
                certificate(headers(1, 5, ROOT, 0, 1, 2, 3, 6)).encode());
    }

    @Test
    void validatorOfAnotherEpochThanItsHeadersIsRefused() {
        sets.put(1L, attesters.set(1, 1, 1, 1, 1));
        List<Attestation> early = new ArrayList<>(headers(9, 5, ROOT, 0, 1, 4));
        early.add(attesters.attest(2, 10, 5, ROOT));
        assertRefused(CertificateRejection.NOT_A_VALIDATOR, certificate(early).encode());
    }

    @Test
    void whoHasLeftByTheNewestEpochIsRefused() {
        sets.put(1L, attesters.set(0, 1, 1, 1));
        List<Attestation> late = new ArrayList<>(headers(9, 5, ROOT, 0, 1, 2));
        late.add(attesters.attest(3, 10, 5, ROOT));
        assertRefused(CertificateRejection.NOT_A_VALIDATOR, certificate(late).encode());
    }

    @Test
    void headersOfTwoEpochsAreWeighedInTheNewerOne() throws Exception {
        sets.put(1L, attesters.set(1, 1, 1, 5));
        List<Attestation> headers = new ArrayList<>(headers(9, 5, ROOT, 0, 3));
        headers.add(attesters.attest(1, 10, 5, ROOT));
        assertThat(verify(certificate(headers).encode()).attestations()).hasSize(3);

        sets.put(1L, attesters.set(1, 1, 5, 1));
        assertRefused(CertificateRejection.NO_QUORUM, certificate(headers).encode());
    }

    @Test
    void unknownEpochIsSaidAsSuch() {
        assertRefused(
                CertificateRejection.UNKNOWN_EPOCH,
                certificate(headers(10, 5, ROOT, 0, 1, 2)).encode());
    }

    @Test
    void hundredValidatorsOfTheLargestWeightAreCounted() throws Exception {
        var hundred = new Attesters(100);
        long[] weights = new long[100];
        Arrays.fill(weights, Validator.MAX_WEIGHT);
        sets.put(0L, hundred.set(weights));
        List<Attestation> headers = new ArrayList<>();
        for (int i = 0; i < 66; i++) {
            headers.add(hundred.attest(i, 1, 5, ROOT));
        }
        assertRefused(CertificateRejection.NO_QUORUM, certificate(headers).encode());
        headers.add(hundred.attest(66, 1, 5, ROOT));
        assertThat(verify(certificate(headers).encode()).attestations()).hasSize(67);
    }

    private List<Attestation> headers(long round, long checkpoint, Hash root, int... validators) {
        return Arrays.stream(validators)
                .mapToObj(validator -> attesters.attest(validator, round, checkpoint, root))
                .toList();
    }

    private static Certificate certificate(List<Attestation> attestations) {
        return new Certificate(NETWORK, attestations);
    }

    private Certificate verify(byte[] bytes) throws InvalidCertificateException {
        return new CertificateVerifier(NETWORK, EPOCH_LENGTH, Attesters.known(sets), Ed25519.fastest()).verify(bytes);
    }

    private void assertRefused(CertificateRejection reason, byte[] bytes) {
        assertThatThrownBy(() -> verify(bytes))
                .isInstanceOfSatisfying(
                        InvalidCertificateException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
