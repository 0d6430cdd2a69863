package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The results of transactions, for queries, kept for as long as the ledger remembers a transaction: until the committed leader's round is
 * more than maxTxValidity behind the newest one. What leaves is decided by commits alone and found without a scan.
 *
 * <pre>
 * 00                   first commit whose results are still here, u64
 * 01 | transaction id  TransactionResult
 * 02 | commit index    leader round u64, then the ids of the results that the commit brought, 32 bytes each
 * </pre>
 *
 * A forged copy of a transaction has the same id and must not hide what becomes of the real one: its result is in {@code ledger.results} and not
 * here. That a transaction came once more does not replace its result either.
 */
final class ResultIndex {
    private static final byte RESULT = 1;
    private static final byte COMMIT = 2;
    private static final Bytes OLDEST = Bytes.wrap(new byte[] {0});
    private static final AvroBinary<TransactionResult> RECORD = new AvroBinary<>(TransactionResult.getClassSchema());

    private final KeyValueStore<Bytes, byte[]> store;
    private final long maxTxValidity;

    ResultIndex(KeyValueStore<Bytes, byte[]> store, long maxTxValidity) {
        this.store = store;
        this.maxTxValidity = maxTxValidity;
    }

    void apply(CommitOutput commit) {
        var brought = new ByteArrayOutputStream();
        brought.writeBytes(Domain.u64(commit.leader().round()));
        for (int i = 0; i < commit.results().size(); i++) {
            TxResult result = commit.results().get(i);
            if (counts(result)) {
                store.put(key(result.txId()), RECORD.encode(CommitRecords.result(commit, i)));
                brought.writeBytes(result.txId().bytes());
            }
        }
        byte[] first = store.get(OLDEST);
        long oldest = first == null ? commit.index() : ByteBuffer.wrap(first).getLong();
        store.put(commitKey(commit.index()), brought.toByteArray());
        long kept = forget(oldest, commit);
        if (first == null || kept != oldest) {
            store.put(OLDEST, Domain.u64(kept));
        }
    }

    private boolean counts(TxResult result) {
        return result.code() != ResultCode.BAD_SIGNATURE
                && (result.code() != ResultCode.DUPLICATE || store.get(key(result.txId())) == null);
    }

    /** Returns the oldest commit whose results stay. */
    private long forget(long oldest, CommitOutput newest) {
        for (long commit = oldest; commit < newest.index(); commit++) {
            byte[] brought = store.get(commitKey(commit));
            if (brought == null) {
                continue;
            }
            ByteBuffer in = ByteBuffer.wrap(brought);
            if (in.getLong() + maxTxValidity >= newest.leader().round()) {
                return commit;
            }
            while (in.hasRemaining()) {
                forget(Hash.of(in), commit);
            }
            store.delete(commitKey(commit));
        }
        return newest.index();
    }

    /** A later commit may have brought another result of the same transaction. */
    private void forget(Hash txId, long commit) {
        byte[] known = store.get(key(txId));
        if (known != null && RECORD.decode(known).getCommitIndex() == commit) {
            store.delete(key(txId));
        }
    }

    static @Nullable TransactionResult decode(byte @Nullable [] value) {
        return value == null ? null : RECORD.decode(value);
    }

    static Bytes key(Hash txId) {
        return Bytes.wrap(ByteBuffer.allocate(1 + Hash.LENGTH)
                .put(RESULT)
                .put(txId.bytes())
                .array());
    }

    private static Bytes commitKey(long commit) {
        return Bytes.wrap(
                ByteBuffer.allocate(1 + Long.BYTES).put(COMMIT).putLong(commit).array());
    }
}
