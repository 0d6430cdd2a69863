package dev.meshlog.infra.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.certificate.InvalidCertificateException;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.proof.EntryProof;
import dev.meshlog.ledger.proof.InvalidProofException;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.ledger.vertex.KnownValidators;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the state, or its absence, that was verified here. Of the server's answer nothing is believed: the validators of the genesis file, or
 * an operator, vouch for the root, and the proof leads from there to the entry.
 *
 * @param value empty when the state had no such entry
 * @param vouchedBy for people
 */
public record ProvenEntry(long checkpoint, Hash root, Optional<byte[]> value, String vouchedBy) {
    /** What the server says does not follow from what is trusted. */
    public static final class NotProvenException extends Exception {
        private static final long serialVersionUID = 1L;

        NotProvenException(String why) {
            super(why);
        }
    }

    /**
     * Verifies an answer with {@code proof=true}.
     *
     * @param wanted the checkpoint that was asked for; null when any will do
     * @param trusted believed instead of the genesis' validators; null when there is none
     */
    public static ProvenEntry verify(
            JsonNode answer,
            GenesisConfig genesis,
            byte[] key,
            @Nullable Long wanted,
            Trust.@Nullable OfCheckpoint trusted)
            throws NotProvenException {
        long checkpoint;
        Hash root;
        String vouchedBy;
        if (trusted == null) {
            Certificate certificate = certificate(answer, genesis);
            checkpoint = certificate.checkpointIndex();
            root = certificate.root();
            vouchedBy = certificate.attestations().size() + " of "
                    + genesis.validators().size() + " validators of the genesis";
        } else {
            checkpoint = trusted.index();
            root = trusted.root();
            vouchedBy = "--trust-checkpoint";
        }
        if (wanted != null && wanted != checkpoint) {
            throw new NotProvenException("asked for was checkpoint " + wanted + ", vouched for is " + checkpoint);
        }
        try {
            EntryProof proof = EntryProof.verify(bytes(answer, "proof"), genesis.bucketBits(), root);
            if (proof.checkpointIndex() != checkpoint) {
                throw new NotProvenException(
                        "the proof is of checkpoint " + proof.checkpointIndex() + ", vouched for is " + checkpoint);
            }
            return new ProvenEntry(checkpoint, root, proof.value(key), vouchedBy);
        } catch (InvalidProofException e) {
            throw new NotProvenException(String.valueOf(e.getMessage()));
        }
    }

    private static Certificate certificate(JsonNode answer, GenesisConfig genesis) throws NotProvenException {
        var verifier = new CertificateVerifier(
                genesis.networkId(),
                genesis.epochLength(),
                KnownValidators.constant(new Validators(genesis.validators())),
                Ed25519.fastest());
        try {
            return verifier.verify(bytes(answer, "certificate"));
        } catch (InvalidCertificateException e) {
            throw new NotProvenException("the certificate does not hold by the genesis' validators: " + e.getMessage());
        }
    }

    private static byte[] bytes(JsonNode answer, String field) throws NotProvenException {
        JsonNode text = answer.path(field);
        if (!text.isTextual()) {
            throw new NotProvenException("the answer has no " + field);
        }
        try {
            return Base64.getDecoder().decode(text.textValue());
        } catch (IllegalArgumentException e) {
            throw new NotProvenException("the " + field + " is not in base64");
        }
    }
}
