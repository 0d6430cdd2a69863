package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Signed transactions of one producer that create its objects and then set all of them again and again. Nobody else writes them, so the order of the
 * producer's own vertices is all that their versions depend on. One thread.
 */
final class ObjectWrites {
    /** Far less than a transaction may be valid for, and far more than a vertex waits for its commit. */
    private static final long VALID_ROUNDS = 500;

    private final Hash networkId;
    private final SigningKey sender;
    private final Random random;
    private final Hash[] ids;
    private long made;

    ObjectWrites(Hash networkId, SigningKey sender, int objects, long seed) {
        this.networkId = networkId;
        this.sender = sender;
        this.random = new Random(seed);
        this.ids = new Hash[objects];
    }

    List<byte[]> next(int count, long round) {
        List<byte[]> transactions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            transactions.add(next(round).bytes());
        }
        return transactions;
    }

    private Transaction next(long round) {
        int object = (int) (made % ids.length);
        long version = made / ids.length;
        made++;
        if (version > 0) {
            return sign(List.of(new ObjectRef(ids[object], version)), 0, "set_object", round);
        }
        Transaction creation = sign(List.of(), 1, "create_object", round);
        ids[object] = creation.createdId(0);
        return creation;
    }

    private Transaction sign(List<ObjectRef> writes, int creates, String function, long round) {
        var call = new Call(
                sender.publicKey(),
                List.of(),
                writes,
                creates,
                SystemPod.NAME,
                function,
                SnapshotFixture.content(random),
                round + VALID_ROUNDS);
        return Transaction.sign(networkId, call, sender);
    }
}
