package dev.meshlog.ingest;

/** Where a link stands: {@code OPENING → OPEN → FINISHED | CLOSED | FAILED}, and back to {@code OPENING} while Kafka is away. */
public enum LinkState {
    /** Finding out how far it came. */
    OPENING,
    /** Messages flow, or would. */
    OPEN,
    /** Its source has ended and everything is kept. */
    FINISHED,
    /** Closed by us, with everything kept that was received. */
    CLOSED,
    /** It can't go on without somebody's help. */
    FAILED;

    /** Whether nothing more will happen. */
    public boolean isFinal() {
        return this == FINISHED || this == CLOSED || this == FAILED;
    }
}
