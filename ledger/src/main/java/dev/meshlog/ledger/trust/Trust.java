package dev.meshlog.ledger.trust;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.certificate.InvalidCertificateException;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.state.Manifest;
import java.util.Optional;
import java.util.OptionalLong;

/** Why a snapshot is believed. Never because of anything that comes with it but signatures of validators that are known from elsewhere. */
public sealed interface Trust {
    /**
     * Whether the snapshot is believed.
     *
     * @param certificate canonical bytes; empty when the snapshot has none
     * @return why not, or nothing when it is
     */
    Optional<String> refusal(GenesisConfig genesis, Manifest manifest, byte[] certificate);

    /** The one checkpoint whose snapshots are believed, where there is only one. */
    default OptionalLong checkpoint() {
        return OptionalLong.empty();
    }

    /** A quorum of the genesis' validators signed for its checkpoint, whoever else did. */
    record OfGenesis() implements Trust {
        @Override
        public Optional<String> refusal(GenesisConfig genesis, Manifest manifest, byte[] certificate) {
            if (certificate.length == 0) {
                return Optional.of("it has no certificate");
            }
            var verifier = CertificateVerifier.ofThese(
                    genesis.networkId(),
                    genesis.epochLength(),
                    new Validators(genesis.validators()),
                    Ed25519.fastest());
            try {
                Certificate verified = verifier.verify(certificate);
                if (verified.checkpointIndex() != manifest.checkpointIndex()
                        || !verified.root().equals(manifest.stateRoot())) {
                    return Optional.of("its certificate is of " + verified);
                }
                return Optional.empty();
            } catch (InvalidCertificateException e) {
                return Optional.of("its certificate does not hold by the genesis' validators: " + e.getMessage());
            }
        }
    }

    /** It is of the checkpoint that an operator names, with its root. */
    record OfCheckpoint(long index, Hash root) implements Trust {
        /** @throws IllegalArgumentException when the text is not INDEX:ROOT, the root in hex */
        public static OfCheckpoint parse(String text) {
            int colon = text.indexOf(':');
            try {
                return new OfCheckpoint(
                        Long.parseLong(text.substring(0, Math.max(0, colon))), Hash.ofHex(text.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "INDEX:ROOT is wanted, a number and 64 hex digits, not '" + text + "'", e);
            }
        }

        @Override
        public OptionalLong checkpoint() {
            return OptionalLong.of(index);
        }

        @Override
        public Optional<String> refusal(GenesisConfig genesis, Manifest manifest, byte[] certificate) {
            if (manifest.checkpointIndex() != index) {
                return Optional.of("trusted is checkpoint " + index);
            }
            return manifest.stateRoot().equals(root)
                    ? Optional.empty()
                    : Optional.of("its root is " + manifest.stateRoot() + ", trusted is " + root);
        }
    }

    /** Whatever is there. */
    record Blind() implements Trust {
        @Override
        public Optional<String> refusal(GenesisConfig genesis, Manifest manifest, byte[] certificate) {
            return Optional.empty();
        }
    }
}
