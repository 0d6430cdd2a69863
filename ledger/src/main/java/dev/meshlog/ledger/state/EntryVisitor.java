package dev.meshlog.ledger.state;

/** Is shown the entries of a state, one by one. It may keep the arrays; it never changes them. */
@FunctionalInterface
public interface EntryVisitor {
    void entry(int bucket, byte[] key, byte[] value);
}
