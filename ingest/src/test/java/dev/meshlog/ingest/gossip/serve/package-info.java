@NullMarked
package dev.meshlog.ingest.gossip.serve;

import org.jspecify.annotations.NullMarked;
