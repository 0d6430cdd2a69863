package dev.meshlog.replayer;

/** Recovery is not possible as asked: the message says what is missing or wrong and what can be done. */
public final class RecoveryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RecoveryFailure reason;

    public RecoveryException(RecoveryFailure reason, String detail) {
        super(reason.sentence() + " " + detail);
        this.reason = reason;
    }

    public RecoveryException(RecoveryFailure reason, String detail, Throwable cause) {
        super(reason.sentence() + " " + detail, cause);
        this.reason = reason;
    }

    public RecoveryFailure reason() {
        return reason;
    }
}
