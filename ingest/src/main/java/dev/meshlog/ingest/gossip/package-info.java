/** Gossip: vertices, snapshots and transactions between the nodes of a ledger's network. */
@NullMarked
package dev.meshlog.ingest.gossip;

import org.jspecify.annotations.NullMarked;
