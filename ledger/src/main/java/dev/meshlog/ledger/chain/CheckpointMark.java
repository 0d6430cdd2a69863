package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.Hash;

/** The state at a checkpoint, in short. */
public record CheckpointMark(long index, Hash root, long entries) {}
