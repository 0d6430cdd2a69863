package dev.meshlog.ledger.dag;

/** A DAG in text form that is not legal. */
public final class IllegalDagException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    IllegalDagException(int line, String reason) {
        super("line " + line + ": " + reason);
        this.line = line;
    }

    /** Counted from 1. */
    public int line() {
        return line;
    }
}
