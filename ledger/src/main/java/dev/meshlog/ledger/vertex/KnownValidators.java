package dev.meshlog.ledger.vertex;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import java.util.Optional;

/** The validator sets as far as they are decided. */
public interface KnownValidators {
    /** Empty while the epoch's set can still change, and for epochs whose vertices are no longer accepted. */
    Optional<Validators> ofEpoch(long epoch);

    /** Whether the key is a validator in any epoch that can still be accepted. */
    boolean isKnown(Hash publicKey);

    /** A network whose validators never change. */
    static KnownValidators constant(Validators validators) {
        return new KnownValidators() {
            @Override
            public Optional<Validators> ofEpoch(long epoch) {
                return Optional.of(validators);
            }

            @Override
            public boolean isKnown(Hash publicKey) {
                return validators.contains(publicKey);
            }
        };
    }
}
