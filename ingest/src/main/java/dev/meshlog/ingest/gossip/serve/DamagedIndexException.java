package dev.meshlog.ingest.gossip.serve;

/** The index of vertices is not what was written, or not of this log. It is thrown away and built again. */
final class DamagedIndexException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedIndexException(String message) {
        super(message);
    }

    DamagedIndexException(String message, Throwable cause) {
        super(message, cause);
    }
}
