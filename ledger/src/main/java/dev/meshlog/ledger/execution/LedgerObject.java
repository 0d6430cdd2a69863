package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.Coin;
import dev.meshlog.schemas.ledger.ObjectContent;
import dev.meshlog.schemas.ledger.ObjectEntry;
import java.nio.ByteBuffer;

/** An object of the state: owned, versioned, with content or an amount of coins. */
public record LedgerObject(long version, Hash owner, Value value) {
    private static final AvroBinary<ObjectEntry> ENTRY = new AvroBinary<>(ObjectEntry.getClassSchema());

    /** What an object holds. */
    public sealed interface Value {
        Object toAvro();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Content(byte[] bytes) implements Value {
        @Override
        public Object toAvro() {
            return new ObjectContent(ByteBuffer.wrap(bytes));
        }
    }

    public record Coins(long amount) implements Value {
        @Override
        public Object toAvro() {
            return new Coin(amount);
        }
    }

    public byte[] encode() {
        return ENTRY.encode(new ObjectEntry(version, owner.fixed(), value.toAvro()));
    }

    /** @throws dev.meshlog.schemas.MalformedRecordException when the bytes are not an entry of the objects table */
    public static LedgerObject decode(byte[] bytes) {
        ObjectEntry entry = ENTRY.decode(bytes);
        Value value;
        if (entry.getValue() instanceof Coin coin) {
            value = new Coins(coin.getAmount());
        } else {
            ByteBuffer content = ((ObjectContent) entry.getValue()).getContent();
            byte[] copy = new byte[content.remaining()];
            content.duplicate().get(copy);
            value = new Content(copy);
        }
        return new LedgerObject(entry.getVersion(), Hash.of(entry.getOwner()), value);
    }
}
