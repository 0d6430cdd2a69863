package dev.meshlog.ledger.vertex;

/** Why a vertex is refused. The names are written to topics and metrics: they stay. */
public enum RejectReason {
    MALFORMED("The bytes are not a vertex in canonical form."),
    TOO_LARGE("The body, a transaction or a count is over its limit."),
    ROUND_ZERO("Round 0 is implicit and never sent."),
    WRONG_EPOCH("The epoch is not round / epochLength."),
    BODY_HASH("The body's hash is not the one in the header."),
    UNKNOWN_PRODUCER("The producer is a validator in no epoch that can still be accepted."),
    NOT_A_VALIDATOR("The producer is no validator of the vertex's epoch."),
    BAD_SIGNATURE("The signature is not the producer's over the vertex id."),
    TOO_MANY_PARENTS("There are more parents than validators."),
    DUPLICATE_PARENT("Two parents have the same producer."),
    OWN_PARENT_NOT_FIRST("The producer's own parent is not the first one."),
    PARENT_ROUND("A parent's round is not below the vertex's."),
    PARENT_ID("A parent at round 0 has an id other than 32 zero bytes, or another parent has just that."),
    NO_QUORUM("The parents at the round before do not carry a quorum."),
    BAD_TRANSACTION("A transaction is malformed or over a limit.");

    private final String sentence;

    RejectReason(String sentence) {
        this.sentence = sentence;
    }

    public String sentence() {
        return sentence;
    }
}
