package dev.meshlog.ledger.certificate;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Bytes120;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.util.Comparator;
import java.util.List;

/**
 * Signed headers of a quorum, all naming one checkpoint and one root. Only {@link CertificateCollector} and {@link CertificateVerifier}
 * make one, so whoever holds one need not count again. Bytes: Avro binary of {@code LedgerCertificate}, its integers as short as possible:
 *
 * <pre>
 * | 02: version 1 | networkId 32 | count | header 120 ‖ signature 64, of each | 00 |
 * </pre>
 */
public final class Certificate {
    static final int VERSION = 1;

    private static final int HEADER_BYTES = VertexHeader.LENGTH + Ed25519.SIGNATURE_LENGTH;

    /** One header of every validator that a network can have. */
    public static final int MAX_BYTES = 1 + Hash.LENGTH + 2 + Validators.MAX_SIZE * HEADER_BYTES + 1;

    private static final AvroBinary<LedgerCertificate> AVRO = new AvroBinary<>(LedgerCertificate.getClassSchema());

    private final Hash networkId;
    private final List<Attestation> attestations;

    /** @param attestations at least one, of different producers */
    Certificate(Hash networkId, List<Attestation> attestations) {
        this.networkId = networkId;
        this.attestations = attestations.stream()
                .sorted(Comparator.comparing(Attestation::producer))
                .toList();
    }

    public Hash networkId() {
        return networkId;
    }

    public long checkpointIndex() {
        return attestations.get(0).header().checkpointIndex();
    }

    public Hash root() {
        return attestations.get(0).header().checkpointRoot();
    }

    /** By producer, one of each. */
    public List<Attestation> attestations() {
        return attestations;
    }

    /** The canonical bytes of this certificate. Other quorums make other certificates of the same checkpoint. */
    public byte[] encode() {
        return AVRO.encode(record());
    }

    /** As it travels in a topic. */
    public LedgerCertificate record() {
        return new LedgerCertificate(
                VERSION,
                networkId.fixed(),
                attestations.stream()
                        .map(each ->
                                new SignedHeader(new Bytes120(each.header().encode()), new Bytes64(each.signature())))
                        .toList());
    }

    @Override
    public String toString() {
        return "checkpoint " + checkpointIndex() + ", root " + root() + ", by " + attestations.size() + " validators";
    }
}
