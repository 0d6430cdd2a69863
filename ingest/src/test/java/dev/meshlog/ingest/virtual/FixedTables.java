package dev.meshlog.ingest.virtual;

import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Tables that a test fills. */
final class FixedTables implements MeshTables {
    static {
        // With the catalogue comes the leave for Avro to make objects of our records.
        var unused = Topics.all();
    }

    private final Map<Long, Entry> entries = new ConcurrentSkipListMap<>();
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean ready = true;
    /** How often one entry was asked for, and all of them. */
    int entryAsked;

    int allAsked;

    FixedTables node(long number, String name, boolean own) {
        RadioNode facts = RadioNode.newBuilder()
                .setNetwork("home")
                .setNode(number)
                .setLongName(name)
                .setOwn(own)
                .build();
        return put(new Entry(number, facts, entry(number).map(Entry::key).orElse(null)));
    }

    /** Adds facts to a node's, or to nobody's. */
    FixedTables facts(long number, Consumer<RadioNode.Builder> facts) {
        RadioNode.Builder node = entry(number)
                .map(Entry::facts)
                .map(RadioNode::newBuilder)
                .orElseGet(() -> RadioNode.newBuilder().setNetwork("home").setNode(number));
        facts.accept(node);
        return put(new Entry(number, node.build(), entry(number).map(Entry::key).orElse(null)));
    }

    FixedTables key(long number, byte[] key) {
        PublicKeyEntry pinned = PublicKeyEntry.newBuilder()
                .setNetwork("home")
                .setNode(number)
                .setState(KeyState.PINNED)
                .setKey(new Bytes32(key))
                .setFingerprint("")
                .setSource(KeySource.PACKET_RADIO)
                .setFirstSeenMs(Instant.EPOCH)
                .setLastSeenMs(Instant.EPOCH)
                .setEvidence(new RecordPosition("radio.frames", 0, 0L))
                .build();
        return put(new Entry(number, entry(number).map(Entry::facts).orElse(null), pinned));
    }

    FixedTables notReady() {
        ready = false;
        return this;
    }

    void ready() {
        ready = true;
    }

    private FixedTables put(Entry entry) {
        entries.put(entry.node(), entry);
        listeners.forEach(listener -> listener.accept(entry.node()));
        return this;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public Collection<Entry> entries() {
        allAsked++;
        return entries.values();
    }

    @Override
    public Optional<Entry> entry(long node) {
        entryAsked++;
        return Optional.ofNullable(entries.get(node));
    }

    @Override
    public void onChange(LongConsumer listener) {
        listeners.add(listener);
    }
}
