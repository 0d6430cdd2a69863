package dev.meshlog.schemas;

/** Bytes that are not the record they should be. The message says what is wrong, never what the bytes are. */
public class MalformedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedRecordException(String message) {
        super(message);
    }

    public MalformedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
