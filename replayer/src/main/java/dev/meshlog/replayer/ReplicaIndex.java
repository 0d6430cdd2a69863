package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.query.OwnerIndex;
import dev.meshlog.ledger.query.ResultIndex;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.rocksdb.RocksStateStore.Index;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica is asked for beyond its state: objects by owner, and results. It is written in the state's own batch with the commit that it is of.
 * Where that is not the state's commit (the state came from a snapshot, somebody moved it on without the index, or the process was killed while
 * building) nothing of it counts, and it is built again: the objects from the state, the results from {@code ledger.results}.
 *
 * <p>A result that is read there must be of a transaction that the state remembers under the same commit, or of one that was not admitted and that
 * the commit did not execute. What became of the transaction is the topic's word: {@link LedgerView#executedFrom()} says from which commit on it is our own.
 */
final class ReplicaIndex {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaIndex.class);
    private static final String AT_COMMIT = "index.commit";
    private static final String EXECUTED_FROM = "index.executedFrom";

    /** Entries of the state, or results, that go into one write batch while the index is built. */
    private static final int PART = 10_000;

    /** Results of transactions that were not admitted: the ledger does not remember them. */
    private static final Set<String> NOT_ADMITTED =
            Set.of(ResultCode.MALFORMED.name(), ResultCode.EXPIRED.name(), ResultCode.VALID_TOO_LONG.name());

    private final RocksStateStore store;
    private final OwnerIndex owners;
    private final ResultIndex results;
    private final long executedFrom;

    private ReplicaIndex(RocksStateStore store, OwnerIndex owners, ResultIndex results) {
        this.store = store;
        this.owners = owners;
        this.results = results;
        this.executedFrom = store.number(EXECUTED_FROM).orElseThrow();
    }

    /**
     * Opens the index of the store's committed state; builds it where there is none of this commit.
     *
     * @param entries how many the state has, to say how far it is
     */
    static ReplicaIndex open(
            RocksStateStore store, GenesisConfig genesis, Cluster cluster, long entries, RecoveryListener listener) {
        ChainHead head = ChainHead.decode(Objects.requireNonNull(store.get(StateKey.chain())));
        boolean isThere = isOf(store, head.commitIndex());
        if (!isThere) {
            store.clear(Index.OWNERS);
            store.clear(Index.RESULTS);
        }
        OwnerIndex owners = OwnerIndex.open(
                store.index(Index.OWNERS), each -> forEachEntry(store, inParts(store, each, entries, listener)));
        var results = new ResultIndex(store.index(Index.RESULTS), genesis.maxTxValidity());
        if (!isThere) {
            writePart(store);
            if (head.commitIndex() > 0) {
                readResults(store, results, cluster, head, genesis.maxTxValidity(), listener);
            }
            writePart(store);
            store.putNumber(EXECUTED_FROM, head.commitIndex() + 1);
            store.putNumber(AT_COMMIT, head.commitIndex());
            store.commit();
        }
        return new ReplicaIndex(store, owners, results);
    }

    /** Whether the index is that of the state after this commit. */
    static boolean isOf(RocksStateStore store, long commitIndex) {
        return store.number(AT_COMMIT).orElse(-1) == commitIndex;
    }

    /** Becomes durable with the state. */
    void apply(CommitOutput commit) {
        owners.apply(commit.changes());
        results.apply(commit.index(), commit.leader().round(), ResultIndex.records(commit));
        store.putNumber(AT_COMMIT, commit.index());
    }

    /** For any thread. */
    LedgerView view(RocksStateStore.View view) {
        return new LedgerView(view::get, view.index(Index.OWNERS), view.index(Index.RESULTS), executedFrom);
    }

    private static void forEachEntry(RocksStateStore store, BiConsumer<byte[], byte[]> each) {
        try (var view = store.view()) {
            view.forEachEntry((bucket, key, value) -> each.accept(key, value));
        }
    }

    private static BiConsumer<byte[], byte[]> inParts(
            RocksStateStore store, BiConsumer<byte[], byte[]> each, long entries, RecoveryListener listener) {
        long[] seen = {0};
        return (key, value) -> {
            each.accept(key, value);
            seen[0]++;
            if (seen[0] % PART == 0) {
                writePart(store);
            }
            if (seen[0] % PART == 0 || seen[0] == entries) {
                listener.indexing(seen[0], entries);
            }
        };
    }

    private static void writePart(RocksStateStore store) {
        store.commit();
        Failpoint.INDEX_PART_WRITTEN.reached();
    }

    private static void readResults(
            RocksStateStore store,
            ResultIndex results,
            Cluster cluster,
            ChainHead head,
            long maxTxValidity,
            RecoveryListener listener) {
        long[] read = {0, 0};
        PublishedResults.read(
                cluster, head.leaderRound() - maxTxValidity, head.commitIndex(), (commit, round, published) -> {
                    Set<Hash> executed = executed(store, commit);
                    Set<Hash> without = new HashSet<>(executed);
                    List<TransactionResult> credible = new ArrayList<>();
                    for (TransactionResult result : published) {
                        Hash txId = Hash.of(result.getTxId());
                        boolean fits = NOT_ADMITTED.contains(result.getCode())
                                ? !executed.contains(txId)
                                : without.remove(txId);
                        if (fits) {
                            credible.add(result);
                        } else if (ResultIndex.keeps(result)) {
                            LOG.warn(
                                    "ledger.results says {} of {} in commit {}, the state does not",
                                    result.getCode(),
                                    txId,
                                    commit);
                        }
                    }
                    results.apply(commit, round, credible);
                    if ((read[0] + credible.size()) / PART > read[0] / PART) {
                        writePart(store);
                    }
                    read[0] += credible.size();
                    read[1] += without.size();
                });
        listener.resultsRead(read[0], read[1]);
    }

    /** The transactions that the state knows to be executed by a commit. */
    private static Set<Hash> executed(RocksStateStore store, long commit) {
        Set<Hash> ids = new HashSet<>();
        byte[] list = store.get(StateKey.transactionsOf(commit));
        for (int part = 1; list != null; part++) {
            ByteBuffer in = ByteBuffer.wrap(list).position(Long.BYTES);
            while (in.hasRemaining()) {
                ids.add(Hash.of(in));
            }
            list = store.get(StateKey.transactionsOf(commit, part));
        }
        return ids;
    }
}
