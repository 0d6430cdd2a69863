package dev.meshlog.ingest.virtual;

import dev.meshlog.ingest.simulation.SimulatedTables;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.RadioNode;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/** Tables that a test fills. */
final class FixedTables extends SimulatedTables {
    static {
        // With the catalogue comes the leave for Avro to make objects of our records.
        var unused = Topics.all();
    }

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
        return put(new Entry(
                number,
                entry(number).map(Entry::facts).orElse(null),
                key("home", number, KeyState.PINNED, key).build()));
    }

    FixedTables notReady() {
        ready(false);
        return this;
    }

    void ready() {
        ready(true);
    }

    private FixedTables put(Entry entry) {
        set(entry);
        return this;
    }

    @Override
    public Collection<Entry> entries() {
        allAsked++;
        return super.entries();
    }

    @Override
    public Optional<Entry> entry(long node) {
        entryAsked++;
        return super.entry(node);
    }
}
