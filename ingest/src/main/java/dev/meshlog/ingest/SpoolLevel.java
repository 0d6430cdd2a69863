package dev.meshlog.ingest;

/**
 * How full a live link's spool is.
 *
 * @param messages that came in since the spool was made, events included
 * @param waitingBytes of those that Kafka has not acknowledged
 * @param dropped messages that came while nothing more could be kept
 */
public record SpoolLevel(long messages, long waitingBytes, long dropped) {}
