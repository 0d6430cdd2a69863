package dev.meshlog.ledger.dag;

/** What became of a vertex that was handed to the DAG. */
public enum Arrival {
    /** Taken; accepted at once or suspended until its parents are there. */
    TAKEN,
    /** Accepted, suspended or committed before: nothing changed. */
    DUPLICATE,
    /** At or below the GC floor: committed long ago, or too late for ever. */
    BELOW_FLOOR,
    /** Too many rounds above the newest accepted vertex. */
    TOO_FAR_AHEAD
}
