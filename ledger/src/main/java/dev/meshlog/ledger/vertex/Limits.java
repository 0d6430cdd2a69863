package dev.meshlog.ledger.vertex;

/** What a vertex and a transaction may hold. */
public final class Limits {
    public static final int BODY_BYTES = 512 * 1024;
    public static final int TRANSACTIONS = 1_000;
    public static final int TRANSACTION_BYTES = 64 * 1024;
    public static final int OBJECT_CONTENT_BYTES = 4 * 1024;

    /** Objects read, objects written and objects created by one transaction, each. */
    public static final int OBJECTS = 256;

    public static final int NAME_BYTES = 64;

    private Limits() {}
}
