package dev.meshlog.ledger.state;

import java.util.Optional;

/**
 * A chunk as it is stored and sent.
 *
 * @param zstd empty when the receiver said that it has the chunk
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ChunkFrame(ChunkRef ref, Optional<byte[]> zstd) {}
