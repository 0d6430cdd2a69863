package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import java.util.List;

/**
 * Everything that a function may look at. The versions of all objects are checked, the written ones belong to the sender.
 *
 * @param reads in the order of the declaration
 * @param writes in the order of the declaration
 * @param validators the set that a registration changes: the one of the epoch after next
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PodCall(
        Hash sender,
        String function,
        byte[] args,
        List<LedgerObject> reads,
        List<LedgerObject> writes,
        int createsCount,
        Validators validators) {}
