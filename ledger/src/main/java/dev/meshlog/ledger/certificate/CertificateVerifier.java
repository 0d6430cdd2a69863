package dev.meshlog.ledger.certificate;

import static dev.meshlog.ledger.certificate.CertificateRejection.BAD_SIGNATURE;
import static dev.meshlog.ledger.certificate.CertificateRejection.FORMAT_VERSION;
import static dev.meshlog.ledger.certificate.CertificateRejection.MALFORMED;
import static dev.meshlog.ledger.certificate.CertificateRejection.NOT_A_VALIDATOR;
import static dev.meshlog.ledger.certificate.CertificateRejection.NO_QUORUM;
import static dev.meshlog.ledger.certificate.CertificateRejection.ORDER;
import static dev.meshlog.ledger.certificate.CertificateRejection.OTHER_NETWORK;
import static dev.meshlog.ledger.certificate.CertificateRejection.SIZE;
import static dev.meshlog.ledger.certificate.CertificateRejection.TWO_CHECKPOINTS;
import static dev.meshlog.ledger.certificate.CertificateRejection.UNKNOWN_EPOCH;
import static dev.meshlog.ledger.certificate.CertificateRejection.WRONG_EPOCH;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.BoundedReader;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Says whether bytes from a stranger are a certificate, cheapest check first: form, epochs, weights, signatures. Trust is in the table of
 * validators and nothing else. Any thread may call it if the table allows that.
 */
public final class CertificateVerifier {
    private final Hash networkId;
    private final long epochLength;
    private final KnownValidators validators;
    private final SignatureCheck signatures;
    private final Predicate<Hash> counts;

    public CertificateVerifier(
            Hash networkId, long epochLength, KnownValidators validators, SignatureCheck signatures) {
        this(networkId, epochLength, validators, signatures, any -> true);
    }

    private CertificateVerifier(
            Hash networkId,
            long epochLength,
            KnownValidators validators,
            SignatureCheck signatures,
            Predicate<Hash> counts) {
        this.networkId = networkId;
        this.epochLength = epochLength;
        this.validators = validators;
        this.signatures = signatures;
        this.counts = counts;
    }

    /**
     * For whoever knows these validators, and not who came to them later: a quorum of these is wanted, whatever the epoch. What others signed beside them
     * is not looked at, and not in the certificate that is returned.
     */
    public static CertificateVerifier ofThese(
            Hash networkId, long epochLength, Validators these, SignatureCheck signatures) {
        return new CertificateVerifier(
                networkId, epochLength, KnownValidators.constant(these), signatures, these::contains);
    }

    /** @throws InvalidCertificateException with the first thing that is wrong */
    public Certificate verify(byte[] bytes) throws InvalidCertificateException {
        if (bytes.length > Certificate.MAX_BYTES) {
            throw new InvalidCertificateException(SIZE, bytes.length + " bytes, at most " + Certificate.MAX_BYTES);
        }
        List<Attestation> attestations;
        try {
            attestations = read(new BoundedReader(bytes));
        } catch (MalformedRecordException e) {
            throw new InvalidCertificateException(MALFORMED, String.valueOf(e.getMessage()));
        }
        checkHeaders(attestations);
        attestations = attestations.stream()
                .filter(each -> counts.test(each.producer()))
                .toList();
        if (attestations.isEmpty()) {
            throw new InvalidCertificateException(NO_QUORUM, "none of the known validators signed it");
        }
        checkWeights(attestations);
        for (Attestation each : attestations) {
            Hash vertexId = each.header().vertexId(networkId);
            if (!signatures.verify(each.producer(), vertexId, each.signature())) {
                throw new InvalidCertificateException(BAD_SIGNATURE, "vertex " + vertexId);
            }
        }
        return new Certificate(networkId, attestations);
    }

    private List<Attestation> read(BoundedReader in) throws InvalidCertificateException {
        long version = in.readLong("the format version");
        if (version != Certificate.VERSION) {
            throw new InvalidCertificateException(
                    FORMAT_VERSION, "It is " + version + ", known is " + Certificate.VERSION + ".");
        }
        Hash itsNetwork = in.readHash("the network id");
        if (!itsNetwork.equals(networkId)) {
            throw new InvalidCertificateException(OTHER_NETWORK, "Expected " + networkId + ", got " + itsNetwork);
        }
        int count = in.readCount("headers", Validators.MAX_SIZE);
        if (count == 0) {
            throw new MalformedRecordException("no header");
        }
        List<Attestation> attestations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            VertexHeader header = VertexHeader.decode(in.readFixed("a header", VertexHeader.LENGTH));
            attestations.add(new Attestation(header, in.readFixed("a signature", Ed25519.SIGNATURE_LENGTH)));
        }
        in.endArray("headers", count);
        in.end("the certificate");
        return attestations;
    }

    private void checkHeaders(List<Attestation> attestations) throws InvalidCertificateException {
        VertexHeader first = attestations.get(0).header();
        if (first.checkpointIndex() < 0) {
            throw new InvalidCertificateException(MALFORMED, "a checkpoint index has its highest bit set");
        }
        for (int i = 0; i < attestations.size(); i++) {
            Attestation each = attestations.get(i);
            VertexHeader header = each.header();
            if (i > 0 && each.producer().compareTo(attestations.get(i - 1).producer()) <= 0) {
                throw new InvalidCertificateException(ORDER, "producer " + each.producer());
            }
            if (!each.names(first.checkpointIndex(), first.checkpointRoot())) {
                throw new InvalidCertificateException(
                        TWO_CHECKPOINTS, first.checkpointIndex() + " and " + header.checkpointIndex());
            }
            if (header.round() < 1 || header.epoch() != header.round() / epochLength) {
                throw new InvalidCertificateException(
                        WRONG_EPOCH,
                        "epoch " + Long.toUnsignedString(header.epoch()) + " at round "
                                + Long.toUnsignedString(header.round()));
            }
        }
    }

    private void checkWeights(List<Attestation> attestations) throws InvalidCertificateException {
        long newestEpoch =
                attestations.stream().mapToLong(Attestation::epoch).max().orElseThrow();
        Validators newest = ofEpoch(newestEpoch);
        long weight = 0;
        for (Attestation each : attestations) {
            if (!ofEpoch(each.epoch()).contains(each.producer()) || !newest.contains(each.producer())) {
                throw new InvalidCertificateException(NOT_A_VALIDATOR, "producer " + each.producer());
            }
            weight += newest.weight(each.producer());
        }
        if (!newest.isQuorum(weight)) {
            throw new InvalidCertificateException(
                    NO_QUORUM, "weight " + weight + " of " + newest.totalWeight() + " in epoch " + newestEpoch);
        }
    }

    private Validators ofEpoch(long epoch) throws InvalidCertificateException {
        return validators
                .ofEpoch(epoch)
                .orElseThrow(() -> new InvalidCertificateException(UNKNOWN_EPOCH, "epoch " + epoch));
    }
}
