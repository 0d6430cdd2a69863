package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A transaction of a commit before it runs. */
final class Incoming {
    private final Hash id;
    private final Hash vertexId;
    private final @Nullable Transaction transaction;
    private final String defect;
    private @Nullable Boolean goodSignature;

    private Incoming(Hash id, Hash vertexId, @Nullable Transaction transaction, String defect) {
        this.id = id;
        this.vertexId = vertexId;
        this.transaction = transaction;
        this.defect = defect;
    }

    static Incoming of(Hash networkId, byte[] bytes, Hash vertexId) {
        try {
            Transaction transaction = Transaction.parse(networkId, bytes);
            return new Incoming(transaction.id(), vertexId, transaction, "");
        } catch (MalformedRecordException e) {
            // There is no body to hash: the id of a result is then that of all the bytes.
            Hash id = Domain.TRANSACTION.hash(networkId, bytes);
            return new Incoming(id, vertexId, null, String.valueOf(e.getMessage()));
        }
    }

    Hash id() {
        return id;
    }

    Hash vertexId() {
        return vertexId;
    }

    boolean isMalformed() {
        return transaction == null;
    }

    /** What is wrong with a malformed one. */
    String defect() {
        return defect;
    }

    Transaction transaction() {
        return Objects.requireNonNull(transaction, "a malformed transaction");
    }

    /** Checked once; what is found is visible to whoever waits for the checking thread. */
    boolean hasGoodSignature(SignatureCheck signatures) {
        if (goodSignature == null) {
            goodSignature = transaction().hasGoodSignature(signatures);
        }
        return goodSignature;
    }
}
