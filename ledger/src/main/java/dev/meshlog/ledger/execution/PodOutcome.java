package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import java.util.List;
import java.util.Optional;

/** What a function wants done. */
public sealed interface PodOutcome {

    /** An object to be: whoever applies the outcome gives it its version. */
    record NewValue(Hash owner, LedgerObject.Value value) {}

    /**
     * @param written for each declared write its new value, or empty when the object is deleted
     * @param created as many as declared
     * @param validators the set of the epoch after next, where the function changed it
     */
    record Success(List<Optional<NewValue>> written, List<NewValue> created, Optional<Validators> validators)
            implements PodOutcome {
        public Success {
            written = List.copyOf(written);
            created = List.copyOf(created);
        }
    }

    record Failure(ResultCode code, String detail) implements PodOutcome {}
}
