@NullMarked
package dev.meshlog.ingest.gossip.quic;

import org.jspecify.annotations.NullMarked;
