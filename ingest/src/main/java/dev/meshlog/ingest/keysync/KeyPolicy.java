package dev.meshlog.ingest.keysync;

/** When keys go to a radio without the operator's word. */
public enum KeyPolicy {
    /** Never. */
    OFF,
    /** Before a direct message goes out through us, and when one came in that the radio could not read. */
    ON_DEMAND,
    /** All that it lacks, as soon as it has told what it has. */
    MISSING
}
