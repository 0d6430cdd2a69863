package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.execution.LedgerObject;
import java.util.Optional;

/** The entries of the committed state, for readers in other threads. Each answer is one read: two reads may see two commits. */
@FunctionalInterface
public interface StateView {
    Optional<byte[]> entry(byte[] key);

    default Optional<LedgerObject> object(Hash id) {
        return entry(StateKey.object(id)).map(LedgerObject::decode);
    }

    /** Where the chain stands; empty before the ledger was opened for the first time. */
    default Optional<ChainHead> head() {
        return entry(StateKey.chain()).map(ChainHead::decode);
    }
}
