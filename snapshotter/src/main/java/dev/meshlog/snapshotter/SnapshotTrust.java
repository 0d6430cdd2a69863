package dev.meshlog.snapshotter;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.certificate.InvalidCertificateException;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.vertex.KnownValidators;
import java.util.Optional;

/** Who vouches for a snapshot. Any thread may ask. */
@FunctionalInterface
public interface SnapshotTrust {
    /**
     * Whether the snapshot is believed.
     *
     * @param certificate canonical bytes; empty when the snapshot has none
     * @return why not, or nothing when it is
     */
    Optional<String> refusal(Manifest manifest, byte[] certificate);

    /** A quorum of the genesis' validators must have signed for the checkpoint. */
    static SnapshotTrust ofGenesis(GenesisConfig genesis) {
        var verifier = new CertificateVerifier(
                genesis.networkId(),
                genesis.epochLength(),
                KnownValidators.constant(new Validators(genesis.validators())),
                Ed25519.fastest());
        return (manifest, bytes) -> {
            if (bytes.length == 0) {
                return Optional.of("it has no certificate");
            }
            try {
                Certificate certificate = verifier.verify(bytes);
                return certificate.checkpointIndex() == manifest.checkpointIndex()
                                && certificate.root().equals(manifest.stateRoot())
                        ? Optional.empty()
                        : Optional.of("its certificate is of " + certificate);
            } catch (InvalidCertificateException e) {
                return Optional.of("its certificate does not hold by the genesis' validators: " + e.getMessage());
            }
        };
    }
}
