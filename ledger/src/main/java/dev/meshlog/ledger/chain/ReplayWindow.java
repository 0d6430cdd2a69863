package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Forgets transaction ids, oldest commit first. A transaction executed under a leader of round r is valid until r + maxTxValidity at most;
 * behind that it would be refused as expired, and its id is no longer needed. So ids leave in the order in which they came, whatever their
 * senders wrote into validUntilRound, and a commit never forgets more than earlier commits executed.
 */
final class ReplayWindow {
    private ReplayWindow() {}

    static void remember(EntryTable state, long commitIndex, long leaderRound, List<Hash> executed) {
        if (executed.isEmpty()) {
            return;
        }
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + executed.size() * Hash.LENGTH);
        out.putLong(leaderRound);
        executed.forEach(txId -> out.put(txId.bytes()));
        state.put(StateKey.transactionsOf(commitIndex), out.array());
    }

    /** @return the oldest commit that is still remembered, or the next one when none is */
    static long forget(EntryTable state, long oldest, long commitIndex, long leaderRound, long maxTxValidity) {
        long commit = oldest;
        while (commit <= commitIndex) {
            byte[] list = state.get(StateKey.transactionsOf(commit));
            if (list != null) {
                ByteBuffer in = ByteBuffer.wrap(list);
                if (in.getLong() + maxTxValidity >= leaderRound) {
                    break;
                }
                byte[] txId = new byte[Hash.LENGTH];
                while (in.hasRemaining()) {
                    in.get(txId);
                    state.delete(StateKey.transaction(Hash.of(txId)));
                }
                state.delete(StateKey.transactionsOf(commit));
            }
            commit++;
        }
        return commit;
    }
}
