package dev.meshlog.ledger.state;

/** Why a manifest, a digests chunk, a chunk or a compressed frame is refused. */
public enum SnapshotRejection {
    MANIFEST_SIZE(true, "The manifest is larger than any manifest can be."),
    MANIFEST_MALFORMED(true, "The bytes are not the canonical encoding of one manifest."),
    MANIFEST_HASH(true, "The manifest is not the one that was asked for."),
    FORMAT_VERSION(false, "The manifest has a format version that this program does not know."),
    HASH_ALGORITHM(false, "The manifest's accumulators use an algorithm that this program does not know."),
    OTHER_NETWORK(false, "The manifest belongs to another network."),
    MANIFEST_INCONSISTENT(false, "The manifest contradicts itself or the rules of splitting."),
    FRAME_SIZE(true, "The compressed frame does not announce the expected size."),
    FRAME_DAMAGED(true, "The bytes are not one undamaged zstd frame with its checksum."),
    DIGESTS_ID(true, "The digests chunk is not the one that the manifest names."),
    DIGESTS_ROOT(false, "The bucket digests do not give the manifest's state root."),
    CHUNK_SIZE(true, "The chunk has not the size that the manifest names."),
    CHUNK_ID(true, "The chunk is not the one that the manifest names."),
    CHUNK_MALFORMED(false, "The chunk is not a sequence of entries within their limits."),
    CHUNK_ORDER(false, "The chunk's entries are not strictly ascending by bucket and key."),
    CHUNK_RANGE(false, "The chunk has an entry of a bucket outside its range."),
    CHUNK_ENTRIES(false, "The chunk has not the number of entries that the manifest names."),
    CHUNK_DIGEST(false, "The chunk's entries do not give the digest of their bucket.");

    private final boolean fetchAgain;
    private final String sentence;

    SnapshotRejection(boolean fetchAgain, String sentence) {
        this.fetchAgain = fetchAgain;
        this.sentence = sentence;
    }

    /**
     * True: the source gave other bytes than it should, and another source may have the right ones. False: the bytes are what the
     * manifest names, so the whole snapshot is bad, wherever it comes from.
     */
    public boolean fetchAgain() {
        return fetchAgain;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
