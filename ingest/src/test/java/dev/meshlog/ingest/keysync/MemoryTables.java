package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.simulation.SimulatedTables;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PreviousKey;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of a network as a test wants them. */
final class MemoryTables extends SimulatedTables {
    int failures;

    static ByteString key(int number) {
        byte[] key = new byte[32];
        key[0] = 1;
        key[30] = (byte) (number >> 8);
        key[31] = (byte) number;
        return ByteString.copyFrom(key);
    }

    static PublicKeyEntry entry(long node, KeyState state, ByteString key, ByteString... previous) {
        return key("home", node, state, key.toByteArray())
                .setPrevious(List.of(previous).stream()
                        .map(each -> new PreviousKey(
                                new Bytes32(each.toByteArray()),
                                KeySource.PACKET_RADIO,
                                Instant.EPOCH,
                                Instant.EPOCH,
                                Instant.EPOCH))
                        .toList())
                .build();
    }

    /** A node with a key that may be given. */
    void pin(long node, int key) {
        put(node, facts(node, node), entry(node, KeyState.PINNED, key(key)));
    }

    static RadioNode facts(long node, long heardMs) {
        return RadioNode.newBuilder()
                .setNetwork("home")
                .setNode(node)
                .setLongName("node " + node)
                .setShortName("n")
                .setLastHeardMs(Instant.ofEpochMilli(heardMs))
                .build();
    }

    void put(long node, @Nullable RadioNode facts, @Nullable PublicKeyEntry key) {
        set(new Entry(node, facts, key));
    }

    @Override
    public Collection<Entry> entries() {
        if (failures > 0) {
            failures--;
            throw new IllegalStateException("the tables are on fire");
        }
        return super.entries();
    }
}
