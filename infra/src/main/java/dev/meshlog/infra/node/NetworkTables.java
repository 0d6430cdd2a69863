package dev.meshlog.infra.node;

import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.RadioTables;
import dev.meshlog.streams.query.RadioView;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/** One network's part of a view of the radio tables. */
final class NetworkTables implements MeshTables {
    private static final int HEX = 16;

    private final RadioView view;
    private final String network;
    private final String prefix;

    NetworkTables(RadioView view, String network) {
        this.view = view;
        this.network = network;
        this.prefix = network + "/";
    }

    @Override
    public boolean isReady() {
        return view.tables().isPresent();
    }

    @Override
    public Collection<Entry> entries() {
        Optional<RadioTables> tables = view.tables();
        if (tables.isEmpty()) {
            return List.of();
        }
        NavigableMap<String, RadioNode> nodes = ofNetwork(tables.get().nodes());
        NavigableMap<String, PublicKeyEntry> keys = ofNetwork(tables.get().keys());
        var names = new TreeSet<>(nodes.keySet());
        names.addAll(keys.keySet());
        return names.stream()
                .filter(name -> NodeNumber.isNode(number(name)))
                .map(name -> new Entry(number(name), nodes.get(name), keys.get(name)))
                .toList();
    }

    @Override
    public Optional<Entry> entry(long node) {
        String name = NodeNumber.key(network, node);
        return view.tables()
                .map(tables ->
                        new Entry(node, tables.nodes().get(name), tables.keys().get(name)))
                .filter(entry -> entry.facts() != null || entry.key() != null);
    }

    @Override
    public void onChange(LongConsumer listener) {
        view.onChange(name -> {
            if (name.startsWith(prefix) && NodeNumber.isNode(number(name))) {
                listener.accept(number(name));
            }
        });
    }

    /** A network's name has no {@code /}, and behind that comes {@code 0}. */
    private <V> NavigableMap<String, V> ofNetwork(NavigableMap<String, V> all) {
        return all.subMap(prefix, true, network + "0", false);
    }

    /** The view has only keys that end in {@code !} and eight hex digits. */
    private long number(String name) {
        return Long.parseLong(name, prefix.length() + 1, name.length(), HEX);
    }
}
