package dev.meshlog.ingest.mqtt;

/** There is no connection. */
final class TroubleException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Trouble trouble;

    TroubleException(Trouble trouble) {
        super(trouble.sentence());
        this.trouble = trouble;
    }

    Trouble trouble() {
        return trouble;
    }
}
