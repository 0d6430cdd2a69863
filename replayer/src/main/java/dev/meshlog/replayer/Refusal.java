package dev.meshlog.replayer;

/**
 * A snapshot that was not used.
 *
 * @param snapshot its manifest's hash, or the key that its record has
 */
public record Refusal(String snapshot, RecoveryFailure reason, String detail) {
    @Override
    public String toString() {
        return "snapshot %s is not used. %s %s".formatted(snapshot, reason.sentence(), detail);
    }
}
