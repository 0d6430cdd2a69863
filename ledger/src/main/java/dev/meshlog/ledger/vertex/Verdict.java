package dev.meshlog.ledger.vertex;

import java.util.Optional;

/** What verification found. */
public sealed interface Verdict {
    /** The vertex, when it is valid. */
    Optional<Vertex> vertex();

    record Valid(Vertex value) implements Verdict {
        @Override
        public Optional<Vertex> vertex() {
            return Optional.of(value);
        }
    }

    record Invalid(RejectReason reason, String detail) implements Verdict {
        @Override
        public Optional<Vertex> vertex() {
            return Optional.empty();
        }
    }
}
