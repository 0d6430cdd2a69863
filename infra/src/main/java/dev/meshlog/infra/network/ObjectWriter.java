package dev.meshlog.infra.network;

import dev.meshlog.infra.client.Draft;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Transactions of one sender that can all be under way at once: each has an object to itself until its result is there. Objects are created as far
 * as they are needed. One thread.
 */
final class ObjectWriter {
    private static final int CONTENT_BYTES = 100;

    private final Hash networkId;
    private final SigningKey sender;
    private final int mostObjects;
    private final RandomGenerator random;
    private final Deque<ObjectRef> free = new ArrayDeque<>();
    private int objects;

    ObjectWriter(Hash networkId, SigningKey sender, int mostObjects, RandomGenerator random) {
        this.networkId = networkId;
        this.sender = sender;
        this.mostObjects = mostObjects;
        this.random = random;
    }

    /**
     * A transaction, and its object as it is after it.
     *
     * @param after what {@link #executed} wants back
     */
    record Written(Transaction transaction, ObjectRef after) {}

    /** The next one; empty while each object waits for a result. */
    Optional<Written> next(long validUntilRound) {
        var content = new byte[CONTENT_BYTES];
        random.nextBytes(content);
        ObjectRef object = free.poll();
        if (object != null) {
            return Optional.of(new Written(
                    Draft.set(object, content).sign(networkId, sender, validUntilRound),
                    new ObjectRef(object.id(), object.version() + 1)));
        }
        if (objects == mostObjects) {
            return Optional.empty();
        }
        objects++;
        Transaction created = Draft.create(content).sign(networkId, sender, validUntilRound);
        return Optional.of(new Written(created, new ObjectRef(created.createdId(0), 1)));
    }

    void executed(ObjectRef after) {
        free.add(after);
    }

    /** Nobody knows its version: another object takes its place. */
    void abandoned() {
        objects--;
    }
}
