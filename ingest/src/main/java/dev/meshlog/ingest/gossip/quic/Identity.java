package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import org.jspecify.annotations.Nullable;

/**
 * Who we are to our peers.
 *
 * @param key the validator's; null: without a name
 * @param listener whether we follow and never produce
 * @param address host:port where others can reach us; null: nowhere
 */
public record Identity(
        Hash networkId,
        @Nullable SigningKey key,
        boolean listener,
        @Nullable String address) {}
