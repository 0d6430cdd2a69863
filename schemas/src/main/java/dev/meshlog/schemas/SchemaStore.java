package dev.meshlog.schemas;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** Writer schemas by fingerprint (CRC-64-AVRO of the canonical form). Any thread may use it. */
public final class SchemaStore {
    /** A fingerprint that nobody knows is asked for again after this time: its writer may just be starting. */
    static final long ASK_AGAIN_NANOS = Duration.ofSeconds(5).toNanos();

    private static final int REMEMBERED_MISSES = 1_000;

    private final Map<Long, Schema> byFingerprint = new ConcurrentHashMap<>();
    private final Map<Long, Long> misses = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;
    private volatile LongFunction<Optional<Schema>> elsewhere = fingerprint -> Optional.empty();

    public SchemaStore() {
        this(System::nanoTime);
    }

    SchemaStore(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    public static long fingerprint(Schema schema) {
        return SchemaNormalization.parsingFingerprint64(schema);
    }

    /** Text form of a fingerprint: the key in {@code meshlog.schemas}. */
    public static String text(long fingerprint) {
        return String.format("%016x", fingerprint);
    }

    public void add(Schema schema) {
        byFingerprint.putIfAbsent(fingerprint(schema), schema);
    }

    /** Where a fingerprint that is not in this store is looked up. */
    public void lookUpWith(LongFunction<Optional<Schema>> source) {
        elsewhere = source;
        misses.clear();
    }

    public Optional<Schema> find(long fingerprint) {
        Schema known = byFingerprint.get(fingerprint);
        return known != null ? Optional.of(known) : lookUp(fingerprint);
    }

    private Optional<Schema> lookUp(long fingerprint) {
        Long lastMiss = misses.get(fingerprint);
        if (lastMiss != null && nanoTime.getAsLong() - lastMiss < ASK_AGAIN_NANOS) {
            return Optional.empty();
        }
        Optional<Schema> found = elsewhere.apply(fingerprint).filter(schema -> fingerprint(schema) == fingerprint);
        if (found.isPresent()) {
            add(found.get());
        } else {
            if (misses.size() >= REMEMBERED_MISSES) {
                misses.clear();
            }
            misses.put(fingerprint, nanoTime.getAsLong());
        }
        return found;
    }
}
