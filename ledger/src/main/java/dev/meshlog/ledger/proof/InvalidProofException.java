package dev.meshlog.ledger.proof;

/** A proof that proves nothing about what was asked. */
public final class InvalidProofException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ProofRejection reason;

    InvalidProofException(ProofRejection reason, String detail) {
        super(reason.sentence() + " " + detail);
        this.reason = reason;
    }

    public ProofRejection reason() {
        return reason;
    }
}
