package dev.meshlog.ledger;

/** A table that knows the root of its entries. */
public interface RootedTable extends EntryTable {
    long entries();

    Hash root(long checkpointIndex);
}
