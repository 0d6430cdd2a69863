package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Hash;
import java.util.List;

/** What a sender asks for, before it is signed. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Call(
        Hash sender,
        List<ObjectRef> reads,
        List<ObjectRef> writes,
        int createsCount,
        String pod,
        String function,
        byte[] args,
        long validUntilRound) {
    public Call {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
    }
}
