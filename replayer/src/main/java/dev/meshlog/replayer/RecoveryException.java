package dev.meshlog.replayer;

/** Recovery is not possible as asked: the message says what is missing or wrong and what can be done. */
public final class RecoveryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RecoveryException(String message) {
        super(message);
    }

    public RecoveryException(String message, Throwable cause) {
        super(message, cause);
    }
}
