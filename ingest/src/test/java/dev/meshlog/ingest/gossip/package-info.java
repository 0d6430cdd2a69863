@NullMarked
package dev.meshlog.ingest.gossip;

import org.jspecify.annotations.NullMarked;
