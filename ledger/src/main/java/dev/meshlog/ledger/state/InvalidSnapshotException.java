package dev.meshlog.ledger.state;

/** A manifest or chunk that must not be used. Nothing of it was applied. */
public final class InvalidSnapshotException extends Exception {
    private static final long serialVersionUID = 1L;

    private final SnapshotRejection reason;

    public InvalidSnapshotException(SnapshotRejection reason, String detail) {
        super(reason.sentence() + " " + detail);
        this.reason = reason;
    }

    public InvalidSnapshotException(SnapshotRejection reason, String detail, Throwable cause) {
        super(reason.sentence() + " " + detail, cause);
        this.reason = reason;
    }

    public SnapshotRejection reason() {
        return reason;
    }
}
