package dev.meshlog.ledger.state;

import java.util.Optional;

/** What was read is not one whole exported snapshot of this network. */
public final class DamagedExportException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedExportException(String message) {
        super(message);
    }

    DamagedExportException(String message, Throwable cause) {
        super(message, cause);
    }

    DamagedExportException(InvalidSnapshotException cause) {
        super(cause.getMessage(), cause);
    }

    /** Why its manifest or a chunk is refused, when it is one of them. */
    public Optional<SnapshotRejection> reason() {
        return getCause() instanceof InvalidSnapshotException invalid
                ? Optional.of(invalid.reason())
                : Optional.empty();
    }
}
