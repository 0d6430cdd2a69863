package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.RootedTable;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.vertex.Vertex;

/**
 * The steps of a node that a restart and a join rest on, as they are done right. Each can be replaced by a wrong one, to see that a run
 * notices it.
 */
interface Procedures {
    /** What is executed against. */
    default RootedTable table(RootedTable state) {
        return state;
    }

    /** Where a reopened state goes on in the log. */
    default int resumeAt(int cursor) {
        return cursor;
    }

    /** Which vertices of the log, from a snapshot's {@code replayFrom} on, are applied to it. */
    default boolean isReplayed(Vertex vertex, ChainHead restored) {
        return true;
    }

    /** The newest round for which a producer knows that it signed. */
    default long newestOwnRound(Disk disk) {
        return disk.newestOwnRound();
    }

    /** Whether a quorum of the genesis vouches for a snapshot, asked before anything of it is applied. */
    default boolean isCertified(SnapshotCut snapshot, GenesisConfig genesis, Signatures signatures) {
        return Attestations.isCertified(snapshot, genesis, new Validators(genesis.validators()), signatures);
    }

    /** Takes a chunk of a snapshot into a store. */
    default void apply(ChunkReader reader, ChunkRef ref, byte[] bytes, StateStore into)
            throws InvalidSnapshotException {
        reader.verify(ref, bytes).applyTo(into);
    }
}
