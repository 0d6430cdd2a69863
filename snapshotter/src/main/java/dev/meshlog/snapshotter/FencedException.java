package dev.meshlog.snapshotter;

/** Another snapshotter of this network has taken over; this one has written nothing since and must stop. */
public final class FencedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    FencedException(String transactionalId, Throwable cause) {
        super(
                "another snapshotter of this network has taken over on this cluster (transactional id %s); of the two only the later one may run"
                        .formatted(transactionalId),
                cause);
    }
}
