/** What nodes of a ledger's network say to each other, as bytes. Nothing here knows a connection. */
@NullMarked
package dev.meshlog.ingest.gossip.wire;

import org.jspecify.annotations.NullMarked;
