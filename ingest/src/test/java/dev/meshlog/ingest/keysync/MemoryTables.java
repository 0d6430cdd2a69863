package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PreviousKey;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The tables of a network as a test wants them. */
final class MemoryTables implements MeshTables {
    private static final RecordPosition EVIDENCE = new RecordPosition(Topics.FRAMES.name(), 0, 0L);

    private final Map<Long, Entry> entries = new TreeMap<>();
    private final List<LongConsumer> listeners = new ArrayList<>();
    boolean ready = true;
    int failures;

    static ByteString key(int number) {
        byte[] key = new byte[32];
        key[0] = 1;
        key[30] = (byte) (number >> 8);
        key[31] = (byte) number;
        return ByteString.copyFrom(key);
    }

    static PublicKeyEntry entry(long node, KeyState state, ByteString key, ByteString... previous) {
        return PublicKeyEntry.newBuilder()
                .setNetwork("home")
                .setNode(node)
                .setState(state)
                .setKey(new Bytes32(key.toByteArray()))
                .setFingerprint("")
                .setSource(KeySource.PACKET_RADIO)
                .setFirstSeenMs(Instant.EPOCH)
                .setLastSeenMs(Instant.EPOCH)
                .setEvidence(EVIDENCE)
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
        entries.put(node, new Entry(node, facts, key));
        listeners.forEach(each -> each.accept(node));
    }

    void remove(long node) {
        entries.remove(node);
        listeners.forEach(each -> each.accept(node));
    }

    /** Nobody is told, as when tables are read anew. */
    void vanish(long node) {
        entries.remove(node);
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public Collection<Entry> entries() {
        if (failures > 0) {
            failures--;
            throw new IllegalStateException("the tables are on fire");
        }
        return List.copyOf(entries.values());
    }

    @Override
    public Optional<Entry> entry(long node) {
        return Optional.ofNullable(entries.get(node));
    }

    @Override
    public void onChange(LongConsumer listener) {
        listeners.add(listener);
    }
}
