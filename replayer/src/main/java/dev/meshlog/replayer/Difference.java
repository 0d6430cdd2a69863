package dev.meshlog.replayer;

/** Something that was published and came out otherwise. */
public record Difference(RecoveryFailure reason, String detail) {
    @Override
    public String toString() {
        return reason.sentence() + " " + detail;
    }
}
