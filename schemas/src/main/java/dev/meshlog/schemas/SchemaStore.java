package dev.meshlog.schemas;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** Writer schemas by fingerprint (CRC-64-AVRO of the canonical form). Any thread may use it. */
public final class SchemaStore {
    private final Map<Long, Schema> byFingerprint = new ConcurrentHashMap<>();

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

    public Optional<Schema> find(long fingerprint) {
        return Optional.ofNullable(byFingerprint.get(fingerprint));
    }
}
