package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.vertex.KnownValidators;
import java.util.Optional;
import java.util.function.Supplier;

/** The validators as a node knows them now. */
record LatestValidators(Supplier<KnownValidators> latest) implements KnownValidators {
    @Override
    public Optional<Validators> ofEpoch(long epoch) {
        return latest.get().ofEpoch(epoch);
    }

    @Override
    public boolean isKnown(Hash publicKey) {
        return latest.get().isKnown(publicKey);
    }
}
