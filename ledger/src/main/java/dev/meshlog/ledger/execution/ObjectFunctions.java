package dev.meshlog.ledger.execution;

import static dev.meshlog.ledger.execution.ResultCode.BAD_ARGUMENTS;
import static dev.meshlog.ledger.execution.ResultCode.CONTENT_TOO_LARGE;
import static dev.meshlog.ledger.execution.ResultCode.WRONG_KIND;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.execution.LedgerObject.Content;
import dev.meshlog.ledger.execution.PodOutcome.Failure;
import dev.meshlog.ledger.execution.PodOutcome.NewValue;
import dev.meshlog.ledger.execution.PodOutcome.Success;
import dev.meshlog.ledger.vertex.Limits;
import java.util.List;
import java.util.Optional;

/** Objects with content. */
final class ObjectFunctions {
    private ObjectFunctions() {}

    /** args: the content. The sender owns the new object. */
    static PodOutcome create(PodCall call) {
        if (call.args().length > Limits.OBJECT_CONTENT_BYTES) {
            return tooLarge(call);
        }
        return new Success(List.of(), List.of(new NewValue(call.sender(), new Content(call.args()))), Optional.empty());
    }

    /** args: the new content. */
    static PodOutcome set(PodCall call) {
        LedgerObject object = call.writes().get(0);
        if (call.args().length > Limits.OBJECT_CONTENT_BYTES) {
            return tooLarge(call);
        }
        if (!(object.value() instanceof Content)) {
            return coin(call);
        }
        return written(Optional.of(new NewValue(object.owner(), new Content(call.args()))));
    }

    /** args: the new owner's key. Coins are objects too. */
    static PodOutcome transfer(PodCall call) {
        if (call.args().length != Hash.LENGTH) {
            return new Failure(BAD_ARGUMENTS, "the new owner's key has 32 bytes, not " + call.args().length);
        }
        LedgerObject object = call.writes().get(0);
        return written(Optional.of(new NewValue(Hash.of(call.args()), object.value())));
    }

    /** No args. A coin can't be deleted: the sum of coins stays. */
    static PodOutcome delete(PodCall call) {
        if (call.args().length != 0) {
            return new Failure(BAD_ARGUMENTS, "delete_object takes none");
        }
        if (!(call.writes().get(0).value() instanceof Content)) {
            return coin(call);
        }
        return written(Optional.empty());
    }

    private static PodOutcome written(Optional<NewValue> value) {
        return new Success(List.of(value), List.of(), Optional.empty());
    }

    private static Failure tooLarge(PodCall call) {
        return new Failure(CONTENT_TOO_LARGE, call.args().length + " bytes");
    }

    private static Failure coin(PodCall call) {
        return new Failure(WRONG_KIND, call.function() + " of a coin");
    }
}
