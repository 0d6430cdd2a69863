package dev.meshlog.ledger.query;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.execution.LedgerObject;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The objects of each owner, for queries. Whoever has the state writes it together with the state, so it is as exact as the state; no decision of
 * the ledger rests on it. One thread at a time.
 *
 * <pre>
 * 00                     01, once the index holds every object of the state
 * 01 | object id         owner 32
 * 02 | owner | object id kind: 00 content, 01 coin
 * </pre>
 */
public final class OwnerIndex {
    static final byte COIN = 1;

    private static final byte CONTENT = 0;
    private static final byte OWNER_OF = 1;
    private static final byte OBJECTS_OF = 2;
    private static final byte[] BUILT = {0};

    private final EntryTable table;

    private OwnerIndex(EntryTable table) {
        this.table = table;
    }

    /**
     * Builds the index when there is none: for the genesis state, and for a state that is older than the index.
     *
     * @param state shows every object of the state, and whatever else it has
     */
    public static OwnerIndex open(EntryTable table, Consumer<BiConsumer<byte[], byte[]>> state) {
        var index = new OwnerIndex(table);
        if (table.get(BUILT) == null) {
            state.accept(index::changed);
            table.put(BUILT, new byte[] {1});
        }
        return index;
    }

    /** @param changes of the state; null for an entry that goes */
    public void apply(NavigableMap<byte[], byte @Nullable []> changes) {
        changes.forEach(this::changed);
    }

    /** An entry of a state that is loaded. */
    public void loaded(byte[] key, byte[] value) {
        changed(key, value);
    }

    private void changed(byte[] key, byte @Nullable [] value) {
        if (key[0] != StateKey.OBJECTS || key.length != 1 + Hash.LENGTH) {
            return;
        }
        Hash id = Hash.of(key, 1);
        byte[] ownerKey =
                ByteBuffer.allocate(key.length).put(OWNER_OF).put(id.bytes()).array();
        byte[] before = table.get(ownerKey);
        LedgerObject object = value == null ? null : LedgerObject.decode(value);
        if (object != null && Arrays.equals(object.owner().bytes(), before)) {
            return;
        }
        if (before != null) {
            table.delete(objectOf(Hash.of(before), id));
        }
        if (object == null) {
            table.delete(ownerKey);
        } else {
            table.put(ownerKey, object.owner().bytes());
            byte kind = object.value() instanceof LedgerObject.Coins ? COIN : CONTENT;
            table.put(objectOf(object.owner(), id), new byte[] {kind});
        }
    }

    static byte[] objectOf(Hash owner, Hash id) {
        return ByteBuffer.allocate(1 + 2 * Hash.LENGTH)
                .put(OBJECTS_OF)
                .put(owner.bytes())
                .put(id.bytes())
                .array();
    }

    /** Behind the key of this object and before that of any other. */
    static byte[] behind(Hash owner, Hash id) {
        return Arrays.copyOf(objectOf(owner, id), 2 + 2 * Hash.LENGTH);
    }

    /** No object of this owner has a higher key. */
    static byte[] last(Hash owner) {
        byte[] highest = new byte[Hash.LENGTH];
        Arrays.fill(highest, (byte) 0xff);
        return objectOf(owner, Hash.of(highest));
    }

    /** Of a key that begins with an owner. */
    static Hash objectId(byte[] key) {
        return Hash.of(key, 1 + Hash.LENGTH);
    }
}
