package dev.meshlog.infra;

/** A condition that the person at the terminal can mend: what is wrong, where, and what to do. Shown without a stack trace. */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserError(String what, String whatToDo) {
        super(what + "\n  " + whatToDo);
    }

    public UserError(String what, String whatToDo, Throwable cause) {
        super(what + "\n  " + whatToDo, cause);
    }
}
