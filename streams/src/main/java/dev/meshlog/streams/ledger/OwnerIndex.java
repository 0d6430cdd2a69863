package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.execution.LedgerObject;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The objects of each owner, for queries. It is derived from the state in the state's own task, so it is as exact as the state; no decision
 * of the ledger rests on it.
 *
 * <pre>
 * 00                     01, once the index holds every object of the state
 * 01 | object id         owner 32
 * 02 | owner | object id kind: 00 content, 01 coin
 * </pre>
 */
final class OwnerIndex {
    static final byte COIN = 1;

    private static final byte CONTENT = 0;
    private static final byte OWNER_OF = 1;
    private static final byte OBJECTS_OF = 2;
    private static final Bytes BUILT = Bytes.wrap(new byte[] {0});

    private final KeyValueStore<Bytes, byte[]> store;

    private OwnerIndex(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Builds the index from the entries when there is none: for the genesis state, and for a state that is older than the index. */
    static OwnerIndex open(KeyValueStore<Bytes, byte[]> store, KeyValueStore<Bytes, byte[]> entries) {
        var index = new OwnerIndex(store);
        if (store.get(BUILT) == null) {
            Bytes first = Bytes.wrap(new byte[] {StateKey.OBJECTS});
            Bytes behind = Bytes.wrap(new byte[] {StateKey.OBJECTS + 1});
            try (var objects = entries.range(first, behind)) {
                while (objects.hasNext()) {
                    var object = objects.next();
                    index.changed(object.key.get(), object.value);
                }
            }
            store.put(BUILT, new byte[] {1});
        }
        return index;
    }

    /** @param changes of the state; null for an entry that goes */
    void apply(NavigableMap<byte[], byte @Nullable []> changes) {
        for (Map.Entry<byte[], byte @Nullable []> change : changes.entrySet()) {
            changed(change.getKey(), change.getValue());
        }
    }

    private void changed(byte[] key, byte @Nullable [] value) {
        if (key[0] != StateKey.OBJECTS || key.length != 1 + Hash.LENGTH) {
            return;
        }
        Hash id = Hash.of(key, 1);
        Bytes ownerKey = Bytes.wrap(
                ByteBuffer.allocate(key.length).put(OWNER_OF).put(id.bytes()).array());
        byte[] before = store.get(ownerKey);
        LedgerObject object = value == null ? null : LedgerObject.decode(value);
        if (object != null && Arrays.equals(object.owner().bytes(), before)) {
            return;
        }
        if (before != null) {
            store.delete(objectOf(Hash.of(before), id));
        }
        if (object == null) {
            store.delete(ownerKey);
        } else {
            store.put(ownerKey, object.owner().bytes());
            byte kind = object.value() instanceof LedgerObject.Coins ? COIN : CONTENT;
            store.put(objectOf(object.owner(), id), new byte[] {kind});
        }
    }

    static Bytes objectOf(Hash owner, Hash id) {
        return Bytes.wrap(ByteBuffer.allocate(1 + 2 * Hash.LENGTH)
                .put(OBJECTS_OF)
                .put(owner.bytes())
                .put(id.bytes())
                .array());
    }

    /** Behind the key of this object and before that of any other. */
    static Bytes behind(Hash owner, Hash id) {
        return Bytes.wrap(Arrays.copyOf(objectOf(owner, id).get(), 2 + 2 * Hash.LENGTH));
    }

    /** No object of this owner has a higher key. */
    static Bytes last(Hash owner) {
        byte[] highest = new byte[Hash.LENGTH];
        Arrays.fill(highest, (byte) 0xff);
        return objectOf(owner, Hash.of(highest));
    }

    /** Of a key that begins with an owner. */
    static Hash objectId(Bytes key) {
        return Hash.of(key.get(), 1 + Hash.LENGTH);
    }
}
