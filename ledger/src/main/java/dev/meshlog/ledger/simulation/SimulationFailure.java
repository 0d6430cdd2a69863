package dev.meshlog.ledger.simulation;

/** A run went wrong; the message says how to see it again. */
public final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long seed;

    SimulationFailure(long seed, long virtualMs, Object scenario, RuntimeException cause) {
        super(
                "seed " + seed + " failed after " + virtualMs + " virtual ms: "
                        + (cause instanceof InvariantViolation ? cause.getMessage() : cause)
                        + "\n  " + scenario + "\n  repeat it with: meshlog simulate --seed " + seed,
                cause);
        this.seed = seed;
    }

    public long seed() {
        return seed;
    }
}
