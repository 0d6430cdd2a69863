package dev.meshlog.ledger.proof;

/** Why a proof is refused. */
public enum ProofRejection {
    SIZE("The proof is larger than any proof can be."),
    FORMAT_VERSION("The proof has a format version that this program does not know."),
    MALFORMED("The bytes are not one proof."),
    BUCKET_BITS("The proof is of a network with another number of buckets."),
    ENTRIES("The entries are not all of this bucket, within their limits and strictly ascending by key."),
    ROOT("The proof does not give the state root."),
    OTHER_BUCKET("The proof opens another bucket than the one that the key belongs to.");

    private final String sentence;

    ProofRejection(String sentence) {
        this.sentence = sentence;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
