package dev.meshlog.infra.bench;

import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** So many nodes with a key each, and nothing that changes. */
final class BenchTables implements MeshTables {
    private static final RecordPosition EVIDENCE = new RecordPosition(Topics.FRAMES.name(), 0, 0L);

    private final Map<Long, Entry> entries = new TreeMap<>();

    BenchTables(int keys) {
        for (long node = 1; node <= keys; node++) {
            entries.put(
                    node,
                    new Entry(
                            node,
                            null,
                            PublicKeyEntry.newBuilder()
                                    .setNetwork("bench")
                                    .setNode(node)
                                    .setState(KeyState.PINNED)
                                    .setKey(key(node))
                                    .setFingerprint("")
                                    .setSource(KeySource.IMPORT)
                                    .setFirstSeenMs(Instant.EPOCH)
                                    .setLastSeenMs(Instant.EPOCH)
                                    .setEvidence(EVIDENCE)
                                    .build()));
        }
    }

    static Bytes32 key(long node) {
        return new Bytes32(
                ByteBuffer.allocate(32).putLong(24, node).put(0, (byte) 1).array());
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public Collection<Entry> entries() {
        return entries.values();
    }

    @Override
    public Optional<Entry> entry(long node) {
        return Optional.ofNullable(entries.get(node));
    }

    @Override
    public void onChange(LongConsumer listener) {
        // Nothing does.
    }
}
