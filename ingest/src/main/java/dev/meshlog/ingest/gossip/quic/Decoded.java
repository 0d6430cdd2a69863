package dev.meshlog.ingest.gossip.quic;

import org.apache.avro.specific.SpecificRecordBase;

/**
 * A message that was received.
 *
 * @param size in bytes, as received
 */
record Decoded(SpecificRecordBase message, int size) {}
