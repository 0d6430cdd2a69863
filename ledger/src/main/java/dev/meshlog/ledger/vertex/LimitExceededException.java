package dev.meshlog.ledger.vertex;

import dev.meshlog.schemas.MalformedRecordException;

/** Well-formed so far, but more than the rules allow. */
public final class LimitExceededException extends MalformedRecordException {
    private static final long serialVersionUID = 1L;

    LimitExceededException(String message) {
        super(message);
    }
}
