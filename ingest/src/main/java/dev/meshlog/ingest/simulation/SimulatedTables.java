package dev.meshlog.ingest.simulation;

import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** Tables that a simulation fills. Any thread may use them. */
public class SimulatedTables implements MeshTables {
    private static final RecordPosition EVIDENCE = new RecordPosition(Topics.FRAMES.name(), 0, 0L);

    private final Map<Long, Entry> entries = new ConcurrentSkipListMap<>();
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean ready = true;

    /** An entry of the key table in which only this matters. */
    public static PublicKeyEntry.Builder key(String network, long node, KeyState state, byte[] key) {
        return PublicKeyEntry.newBuilder()
                .setNetwork(network)
                .setNode(node)
                .setState(state)
                .setKey(new Bytes32(key))
                .setFingerprint("")
                .setSource(KeySource.PACKET_RADIO)
                .setFirstSeenMs(Instant.EPOCH)
                .setLastSeenMs(Instant.EPOCH)
                .setEvidence(EVIDENCE);
    }

    public final void set(Entry entry) {
        entries.put(entry.node(), entry);
        tell(entry.node());
    }

    public final void remove(long node) {
        vanish(node);
        tell(node);
    }

    /** Nobody is told, as when tables are read anew. */
    public final void vanish(long node) {
        entries.remove(node);
    }

    public final void ready(boolean whether) {
        ready = whether;
    }

    private void tell(long node) {
        listeners.forEach(listener -> listener.accept(node));
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public Collection<Entry> entries() {
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
