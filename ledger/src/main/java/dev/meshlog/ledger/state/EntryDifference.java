package dev.meshlog.ledger.state;

import org.jspecify.annotations.Nullable;

/**
 * An entry that two states do not have alike.
 *
 * @param before its value in the first state; null when it is not there
 * @param after its value in the second state; null when it is not there
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EntryDifference(int bucket, byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
    /** @throws IllegalArgumentException when neither state has the entry */
    public EntryDifference {
        if (before == null && after == null) {
            throw new IllegalArgumentException("an entry that neither state has");
        }
    }

    public boolean isAdded() {
        return before == null;
    }

    public boolean isRemoved() {
        return after == null;
    }
}
