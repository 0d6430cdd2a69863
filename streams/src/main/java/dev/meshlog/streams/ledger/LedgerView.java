package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * What the ledger task of this process has executed, with its objects by owner and its recent results. A read neither waits for the task nor holds it
 * up. What is executed here may become visible in the topics a moment later.
 *
 * <p>Every method throws {@link org.apache.kafka.streams.errors.InvalidStateStoreException} while the task is not here or not restored.
 */
public final class LedgerView implements StateView {
    /** So many entries of the index are looked at for one page. */
    private static final int LOOKED_AT = 1_000;

    private final ReadOnlyKeyValueStore<Bytes, byte[]> entries;
    private final ReadOnlyKeyValueStore<Bytes, byte[]> owners;
    private final ReadOnlyKeyValueStore<Bytes, byte[]> results;

    LedgerView(
            ReadOnlyKeyValueStore<Bytes, byte[]> entries,
            ReadOnlyKeyValueStore<Bytes, byte[]> owners,
            ReadOnlyKeyValueStore<Bytes, byte[]> results) {
        this.entries = entries;
        this.owners = owners;
        this.results = results;
    }

    /** Of the task as it is assigned now; good for one question. */
    public static LedgerView of(KafkaStreams streams) {
        return new LedgerView(
                store(streams, LedgerTopology.ENTRIES_STORE),
                store(streams, LedgerTopology.OWNERS_STORE),
                store(streams, LedgerTopology.RESULTS_STORE));
    }

    /** The store whose place is the ledger's: all stores belong to one task. */
    public static String place() {
        return LedgerTopology.ENTRIES_STORE;
    }

    private static ReadOnlyKeyValueStore<Bytes, byte[]> store(KafkaStreams streams, String name) {
        return streams.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
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

    @Override
    public Optional<byte[]> entry(byte[] key) {
        return Optional.ofNullable(entries.get(Bytes.wrap(key)));
    }

    /** @param after the page begins behind this object; the page may be short, or even empty, and still have a next one */
    public Page objects(Hash owner, Optional<Hash> after, Kind kind, int limit) {
        Bytes from =
                after.map(id -> OwnerIndex.behind(owner, id)).orElseGet(() -> OwnerIndex.objectOf(owner, Hash.ZERO));
        List<Owned> found = new ArrayList<>();
        try (var range = owners.range(from, OwnerIndex.last(owner))) {
            for (int looked = 1; range.hasNext(); looked++) {
                var next = range.next();
                Hash id = OwnerIndex.objectId(next.key);
                if (kind.takes(next.value[0])) {
                    object(id)
                            .filter(object -> object.owner().equals(owner))
                            .ifPresent(object -> found.add(new Owned(id, object)));
                }
                if (range.hasNext() && (found.size() == limit || looked == LOOKED_AT)) {
                    return new Page(found, Optional.of(id));
                }
            }
        }
        return new Page(found, Optional.empty());
    }

    /** Empty when the transaction is not executed, or longer ago than results are kept. */
    public Optional<TransactionResult> result(Hash txId) {
        return Optional.ofNullable(ResultIndex.decode(results.get(ResultIndex.key(txId))));
    }
}
