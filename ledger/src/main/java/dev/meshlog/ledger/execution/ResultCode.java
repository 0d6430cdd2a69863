package dev.meshlog.ledger.execution;

/** What became of a transaction. The names are written to topics: they stay. */
public enum ResultCode {
    OK("Executed."),
    MALFORMED("The bytes are not a transaction within the limits."),
    DUPLICATE("The same transaction was executed before; that result stands."),
    BAD_SIGNATURE("The signature is not the sender's over the transaction id."),
    EXPIRED("validUntilRound is before the round of the leader that commits it."),
    VALID_TOO_LONG("validUntilRound is more than maxTxValidity rounds after the leader's round."),
    OBJECT_NOT_FOUND("A declared object does not exist."),
    VERSION_MISMATCH("A declared object has another version by now."),
    NOT_OWNER("The sender does not own an object that is written."),
    UNKNOWN_POD("No pod has that name."),
    UNKNOWN_FUNCTION("The pod has no such function."),
    BAD_DECLARATION("The function takes other numbers of objects written or created."),
    BAD_ARGUMENTS("The arguments are not what the function takes."),
    CONTENT_TOO_LARGE("An object's content is over 4 KiB."),
    WRONG_KIND("A coin is given where an object with content is wanted, or the reverse."),
    INSUFFICIENT_AMOUNT("The coin does not hold that much."),
    ALREADY_VALIDATOR("The sender is registered already."),
    NOT_A_VALIDATOR("The sender is not registered."),
    LAST_VALIDATOR("The last validator can't go."),
    TOO_MANY_VALIDATORS("The set of validators, or the entry that holds the sets, is full.");

    private final String sentence;

    ResultCode(String sentence) {
        this.sentence = sentence;
    }

    public String sentence() {
        return sentence;
    }
}
