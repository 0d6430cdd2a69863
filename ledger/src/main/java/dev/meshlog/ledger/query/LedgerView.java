package dev.meshlog.ledger.query;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a process has executed, with its objects by owner and its recent results. A read neither waits for the execution nor holds it up.
 * What is executed here may become visible in the topics a moment later.
 *
 * <p>Good for one question, by one thread. Whether two reads see the same commit, and what is thrown while the state is not there, is up to who
 * made the view.
 */
public final class LedgerView {
    /** So many entries of the index are looked at for one page. */
    private static final int LOOKED_AT = 1_000;

    private final EntryLookup entries;
    private final OrderedLookup owners;
    private final EntryLookup results;
    private final long executedFrom;

    /** Of a process that executed everything. */
    public LedgerView(EntryLookup entries, OrderedLookup owners, EntryLookup results) {
        this(entries, owners, results, 0);
    }

    /** @param executedFrom the first commit whose results were computed here; earlier ones were read in a topic */
    public LedgerView(EntryLookup entries, OrderedLookup owners, EntryLookup results, long executedFrom) {
        this.entries = entries;
        this.owners = owners;
        this.results = results;
        this.executedFrom = executedFrom;
    }

    /** An object under its id. */
    public record Owned(Hash id, LedgerObject object) {}

    /**
     * Objects of one owner by id.
     *
     * @param next where the next page begins: behind this object; empty on the last page
     */
    public record Page(List<Owned> objects, Optional<Hash> next) {
        public Page {
            objects = List.copyOf(objects);
        }
    }

    /** Which objects a page is to have. */
    public enum Kind {
        ANY,
        COIN,
        CONTENT;

        private boolean takes(byte indexed) {
            return this == ANY || (this == COIN) == (indexed == OwnerIndex.COIN);
        }
    }

    public Optional<byte[]> entry(byte[] key) {
        return Optional.ofNullable(entries.get(key));
    }

    public Optional<LedgerObject> object(Hash id) {
        return entry(StateKey.object(id)).map(LedgerObject::decode);
    }

    /** Where the chain stands; empty before the ledger was opened for the first time. */
    public Optional<ChainHead> head() {
        return entry(StateKey.chain()).map(ChainHead::decode);
    }

    /** @param after the page begins behind this object; the page may be short, or even empty, and still have a next one */
    public Page objects(Hash owner, Optional<Hash> after, Kind kind, int limit) {
        byte[] first =
                after.map(id -> OwnerIndex.behind(owner, id)).orElseGet(() -> OwnerIndex.objectOf(owner, Hash.ZERO));
        var page = new PageInProgress(owner, kind, limit);
        owners.range(first, OwnerIndex.last(owner), page);
        return new Page(page.found, page.next);
    }

    /** Empty when the transaction is not executed, or longer ago than results are kept. */
    public Optional<TransactionResult> result(Hash txId) {
        return Optional.ofNullable(ResultIndex.decode(results.get(ResultIndex.key(txId))));
    }

    /** The first commit whose results were computed here. */
    public long executedFrom() {
        return executedFrom;
    }

    private final class PageInProgress implements OrderedLookup.RangeVisitor {
        private final Hash owner;
        private final Kind kind;
        private final int limit;
        private final List<Owned> found = new ArrayList<>();
        private Hash last = Hash.ZERO;
        private int looked;
        private Optional<Hash> next = Optional.empty();

        PageInProgress(Hash owner, Kind kind, int limit) {
            this.owner = owner;
            this.kind = kind;
            this.limit = limit;
        }

        @Override
        public boolean entry(byte[] key, byte[] indexed) {
            if (found.size() == limit || looked == LOOKED_AT) {
                next = Optional.of(last);
                return false;
            }
            looked++;
            last = OwnerIndex.objectId(key);
            if (kind.takes(indexed[0])) {
                object(last)
                        .filter(object -> object.owner().equals(owner))
                        .ifPresent(object -> found.add(new Owned(last, object)));
            }
            return true;
        }
    }
}
