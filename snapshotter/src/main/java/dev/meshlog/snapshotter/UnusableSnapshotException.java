package dev.meshlog.snapshotter;

/** A snapshot is not what it should be; the message says where and why. Nothing of it may be used. */
public final class UnusableSnapshotException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableSnapshotException(String message) {
        super(message);
    }

    UnusableSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
