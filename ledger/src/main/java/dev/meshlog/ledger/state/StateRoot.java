package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;

/** The hash that a checkpoint's certificate is about. */
public final class StateRoot {
    private StateRoot() {}

    /** H(07 ‖ checkpointIndex u64 ‖ entries u64 ‖ Merkle root). */
    public static Hash of(long checkpointIndex, long entries, Hash merkleRoot) {
        return Domain.STATE_ROOT.hash(Domain.u64(checkpointIndex), Domain.u64(entries), merkleRoot.bytes());
    }
}
