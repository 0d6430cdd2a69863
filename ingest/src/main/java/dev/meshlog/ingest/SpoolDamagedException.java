package dev.meshlog.ingest;

import java.io.IOException;

/** What is on the disk is not what a spool wrote. */
final class SpoolDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    SpoolDamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
