/** What this node tells its peers when they ask: vertices out of the verified log, snapshots, how far it is; and the transactions that it takes. */
@NullMarked
package dev.meshlog.ingest.gossip.serve;

import org.jspecify.annotations.NullMarked;
