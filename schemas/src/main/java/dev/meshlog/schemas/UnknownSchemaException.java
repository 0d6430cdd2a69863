package dev.meshlog.schemas;

/** A record's writer schema is neither compiled in nor (yet) in {@code meshlog.schemas}. */
public final class UnknownSchemaException extends MalformedRecordException {
    private static final long serialVersionUID = 1L;

    private final long fingerprint;

    UnknownSchemaException(long fingerprint) {
        super(
                "no schema with fingerprint %016x; a newer Meshlog wrote this record and its schema is not in the topic %s"
                        .formatted(fingerprint, "meshlog.schemas"));
        this.fingerprint = fingerprint;
    }

    /** CRC-64-AVRO of the writer schema's canonical form. */
    public long fingerprint() {
        return fingerprint;
    }
}
