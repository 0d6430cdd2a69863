package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.state.EntryLimits;
import dev.meshlog.schemas.MalformedRecordException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Forgets transaction ids, oldest commit first. A transaction executed under a leader of round r is valid until r + maxTxValidity at most;
 * behind that it would be refused as expired, and its id is no longer needed. So ids leave in the order in which they came, whatever their
 * senders wrote into validUntilRound, and a commit never forgets more than earlier commits executed.
 */
final class ReplayWindow {
    private static final int IDS_IN_AN_ENTRY = (EntryLimits.MAX_VALUE_BYTES - Long.BYTES) / Hash.LENGTH;

    private ReplayWindow() {}

    static void remember(EntryTable state, long commitIndex, long leaderRound, List<Hash> executed) {
        for (int from = 0, part = 0; from < executed.size(); from += IDS_IN_AN_ENTRY, part++) {
            List<Hash> ids = executed.subList(from, Math.min(executed.size(), from + IDS_IN_AN_ENTRY));
            ByteBuffer out = ByteBuffer.allocate(Long.BYTES + ids.size() * Hash.LENGTH);
            out.putLong(leaderRound);
            ids.forEach(txId -> txId.putInto(out));
            state.put(StateKey.transactionsOf(commitIndex, part), out.array());
        }
    }

    /**
     * @return the oldest commit that is still remembered, or the next one when none is
     * @throws MalformedRecordException when an entry is not a round and a list of transaction ids
     */
    static long forget(EntryTable state, long oldest, long commitIndex, long leaderRound, long maxTxValidity) {
        long commit = oldest;
        while (commit <= commitIndex) {
            byte[] list = state.get(StateKey.transactionsOf(commit));
            if (list != null) {
                if (list.length < Long.BYTES || (list.length - Long.BYTES) % Hash.LENGTH != 0) {
                    throw new MalformedRecordException(
                            "the transactions of commit " + commit + " take " + list.length + " bytes");
                }
                ByteBuffer in = ByteBuffer.wrap(list);
                if (in.getLong() + maxTxValidity >= leaderRound) {
                    break;
                }
                forget(state, commit);
            }
            commit++;
        }
        return commit;
    }

    private static void forget(EntryTable state, long commit) {
        int part = 0;
        byte[] list = state.get(StateKey.transactionsOf(commit, part));
        while (list != null) {
            ByteBuffer in = ByteBuffer.wrap(list).position(Long.BYTES);
            while (in.hasRemaining()) {
                state.delete(StateKey.transaction(Hash.of(in)));
            }
            state.delete(StateKey.transactionsOf(commit, part));
            part++;
            list = state.get(StateKey.transactionsOf(commit, part));
        }
    }
}
