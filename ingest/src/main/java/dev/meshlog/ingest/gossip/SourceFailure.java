package dev.meshlog.ingest.gossip;

/**
 * Why a source of snapshots was of no use.
 *
 * @param source a peer, or an address where none answered
 */
public record SourceFailure(String source, String reason) {
    @Override
    public String toString() {
        return source + ": " + reason;
    }
}
