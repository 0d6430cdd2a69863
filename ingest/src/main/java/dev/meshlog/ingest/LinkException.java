package dev.meshlog.ingest;

import org.jspecify.annotations.Nullable;

/** A link can't go on. The message says what, where and what to do, never what was received. */
public final class LinkException extends Exception {
    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }

    public LinkException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
