/** Connections between nodes over QUIC: who the other is, streams of messages, and what a peer may use up. */
@NullMarked
package dev.meshlog.ingest.gossip.quic;

import org.jspecify.annotations.NullMarked;
