package dev.meshlog.ledger.simulation;

/** Something that must hold at every moment did not. */
final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param invariant its name in the list of {@link Oracle} */
    InvariantViolation(String invariant, String detail) {
        super(invariant + ": " + detail);
    }
}
