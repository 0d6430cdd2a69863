package dev.meshlog.snapshotter;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** The snapshotter's store can't be gone on from: it is damaged, or too old or too new for what {@code ledger.changes} still has. */
final class UnfitStoreException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private final boolean damaged;

    private UnfitStoreException(String message, boolean damaged, @Nullable Throwable cause) {
        super(message, cause);
        this.damaged = damaged;
    }

    static UnfitStoreException outOfReach(String message) {
        return new UnfitStoreException(message, false, null);
    }

    /** When RocksDB, somewhere below a failure, says that its files are damaged or missing. That another process has it open is no damage. */
    static Optional<UnfitStoreException> ofDamage(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof UnfitStoreException known) {
                return Optional.of(known);
            }
            if (each instanceof RocksDBException rocks && isDamage(rocks)) {
                return Optional.of(
                        new UnfitStoreException("the store is damaged: " + rocks.getMessage(), true, failure));
            }
        }
        return Optional.empty();
    }

    static UnfitStoreException damaged(RuntimeException failure) {
        return new UnfitStoreException("the store is damaged: " + failure.getMessage(), true, failure);
    }

    private static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        boolean isCorrupt = status != null && status.getCode() == Status.Code.Corruption;
        String text = String.valueOf(e.getMessage());
        return isCorrupt || text.startsWith("Corruption") || text.contains("No such file or directory");
    }

    /** Whether its files may tell somebody what happened. */
    boolean isDamaged() {
        return damaged;
    }
}
