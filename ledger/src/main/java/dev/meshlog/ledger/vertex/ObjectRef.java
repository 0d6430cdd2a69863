package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Hash;

/** An object at a version. */
public record ObjectRef(Hash id, long version) {}
