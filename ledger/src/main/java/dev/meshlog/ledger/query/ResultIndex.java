package dev.meshlog.ledger.query;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The results of transactions, for queries, kept for as long as the ledger remembers a transaction: until the committed leader's round is
 * more than maxTxValidity behind the newest one. What leaves is decided by commits alone and found without a scan. One thread at a time.
 *
 * <pre>
 * 00                   first commit whose results are still here, u64
 * 01 | transaction id  TransactionResult
 * 02 | commit index    leader round u64, then the ids of the results that the commit brought, 32 bytes each
 * </pre>
 *
 * A forged copy of a transaction has the same id and must not hide what becomes of the real one: its result is in {@code ledger.results} and not
 * here. That a transaction came once more is no result either: the one that stands is here for as long as the ledger knows a copy by it. So what
 * is here depends on the commits within the window alone, wherever an index began.
 */
public final class ResultIndex {
    private static final byte RESULT = 1;
    private static final byte COMMIT = 2;
    private static final byte[] OLDEST = {0};
    private static final Set<String> NO_RESULT = Set.of(ResultCode.BAD_SIGNATURE.name(), ResultCode.DUPLICATE.name());
    private static final AvroBinary<TransactionResult> RECORD = new AvroBinary<>(TransactionResult.getClassSchema());

    private final EntryTable table;
    private final long maxTxValidity;

    public ResultIndex(EntryTable table, long maxTxValidity) {
        this.table = table;
        this.maxTxValidity = maxTxValidity;
    }

    /** Every result of a commit, as it is published. */
    public static List<TransactionResult> records(CommitOutput commit) {
        return IntStream.range(0, commit.results().size())
                .mapToObj(position -> record(commit, position))
                .toList();
    }

    /** Whether it is what became of a transaction, or only of a copy. */
    public static boolean keeps(TransactionResult result) {
        return !NO_RESULT.contains(result.getCode());
    }

    private static TransactionResult record(CommitOutput commit, int position) {
        TxResult result = commit.results().get(position);
        return TransactionResult.newBuilder()
                .setTxId(result.txId().fixed())
                .setVertexId(result.vertexId().fixed())
                .setCommitIndex(commit.index())
                .setPosition(position)
                .setCode(result.code().name())
                .setDetail(result.detail())
                .setCreated(result.created().stream().map(Hash::fixed).toList())
                .build();
    }

    /** Commits come in their order; those before the first one, or between two, count as without results. */
    public void apply(long commitIndex, long leaderRound, List<TransactionResult> results) {
        var brought = new ByteArrayOutputStream();
        brought.writeBytes(Domain.u64(leaderRound));
        for (TransactionResult result : results) {
            if (keeps(result)) {
                Hash txId = Hash.of(result.getTxId());
                table.put(key(txId), RECORD.encode(result));
                brought.writeBytes(txId.bytes());
            }
        }
        byte[] first = table.get(OLDEST);
        long oldest = first == null ? commitIndex : ByteBuffer.wrap(first).getLong();
        table.put(commitKey(commitIndex), brought.toByteArray());
        long kept = forget(oldest, commitIndex, leaderRound);
        if (first == null || kept != oldest) {
            table.put(OLDEST, Domain.u64(kept));
        }
    }

    /** Returns the oldest commit whose results stay. */
    private long forget(long oldest, long newest, long newestRound) {
        for (long commit = oldest; commit < newest; commit++) {
            byte[] brought = table.get(commitKey(commit));
            if (brought == null) {
                continue;
            }
            ByteBuffer in = ByteBuffer.wrap(brought);
            if (in.getLong() + maxTxValidity >= newestRound) {
                return commit;
            }
            while (in.hasRemaining()) {
                forget(Hash.of(in), commit);
            }
            table.delete(commitKey(commit));
        }
        return newest;
    }

    /** A later commit may have brought another result of the same transaction. */
    private void forget(Hash txId, long commit) {
        byte[] known = table.get(key(txId));
        if (known != null && RECORD.decode(known).getCommitIndex() == commit) {
            table.delete(key(txId));
        }
    }

    static @Nullable TransactionResult decode(byte @Nullable [] value) {
        return value == null ? null : RECORD.decode(value);
    }

    static byte[] key(Hash txId) {
        return ByteBuffer.allocate(1 + Hash.LENGTH)
                .put(RESULT)
                .put(txId.bytes())
                .array();
    }

    private static byte[] commitKey(long commit) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(COMMIT).putLong(commit).array();
    }
}
