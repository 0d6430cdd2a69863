package dev.meshlog.ingest.gossip;

/** So many things, of so many bytes together, and no more. Any thread. */
final class Allowance {
    private long bytes;
    private long things;

    Allowance(long bytes, long things) {
        this.bytes = bytes;
        this.things = things;
    }

    /** False when it is over the allowance, of which nothing is used then. */
    synchronized boolean takes(long ofBytes) {
        if (things == 0 || ofBytes > bytes) {
            return false;
        }
        things--;
        bytes -= ofBytes;
        return true;
    }
}
