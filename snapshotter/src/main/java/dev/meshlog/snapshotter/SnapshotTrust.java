package dev.meshlog.snapshotter;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
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

    /** Believes what either believes. */
    default SnapshotTrust or(SnapshotTrust other) {
        return (manifest, certificate) -> {
            Optional<String> refusal = refusal(manifest, certificate);
            return refusal.isEmpty() || other.refusal(manifest, certificate).isEmpty() ? Optional.empty() : refusal;
        };
    }

    /** A quorum of the genesis' validators must have signed for the checkpoint. */
    static SnapshotTrust ofGenesis(GenesisConfig genesis) {
        var trust = new Trust.OfGenesis();
        return (manifest, certificate) -> trust.refusal(genesis, manifest, certificate);
    }
}
