package dev.meshlog.ingest.gossip;

import java.time.Duration;

/** Is asked how far a node is with joining, by any thread. */
public interface JoinWatch {
    JoinPhase phase();

    /** How long a phase took, or takes so far; none before it began, and for {@link JoinPhase#LIVE}. */
    Duration took(JoinPhase phase);

    /** Of the snapshot's chunks, before compression, that are here. */
    long bytes();

    /** Of all chunks of the snapshot; 0 before there is one. */
    long allBytes();
}
