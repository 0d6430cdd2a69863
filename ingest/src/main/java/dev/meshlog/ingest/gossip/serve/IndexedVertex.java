package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Hash;

/**
 * Where a vertex stands in the verified log.
 *
 * @param bytes of the record's value
 */
record IndexedVertex(long round, Hash producer, Hash id, long offset, int bytes) {}
