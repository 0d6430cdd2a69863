package dev.meshlog.streams.http;

/** An answer that is not what was asked for: a status, a code for programs, a sentence for people. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int NEVER = 0;

    private final int status;
    private final String code;
    private final int retryAfterSeconds;

    private Refusal(int status, String code, String sentence, int retryAfterSeconds) {
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static Refusal badRequest(String code, String sentence) {
        return new Refusal(400, code, sentence, NEVER);
    }

    static Refusal unauthorised() {
        return new Refusal(401, "UNAUTHORIZED", "The bearer token is missing or another one.", NEVER);
    }

    static Refusal notFound(String code, String sentence) {
        return new Refusal(404, code, sentence, NEVER);
    }

    static Refusal wrongMethod(String allowed) {
        return new Refusal(405, "WRONG_METHOD", "Allowed here: " + allowed + ".", NEVER);
    }

    static Refusal conflict(String code, String sentence) {
        return new Refusal(409, code, sentence, NEVER);
    }

    static Refusal tooLarge(int limit) {
        return new Refusal(413, "TOO_LARGE", "A transaction has at most " + limit + " bytes.", NEVER);
    }

    static Refusal wrongContent(String wanted) {
        return new Refusal(415, "WRONG_CONTENT_TYPE", "The content type must be " + wanted + ".", NEVER);
    }

    static Refusal tooMany(String sentence) {
        return new Refusal(429, "TOO_MANY", sentence, 1);
    }

    static Refusal notReady(String sentence) {
        return new Refusal(503, "NOT_READY", sentence, 2);
    }

    int status() {
        return status;
    }

    /** To be told apart by programs. */
    String code() {
        return code;
    }

    /** Seconds; 0: asking again changes nothing. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    Reply reply() {
        var body = LedgerJson.object().put("code", code).put("message", sentence());
        Reply reply = Reply.json(status, body);
        return retryAfterSeconds == NEVER ? reply : reply.with("Retry-After", Integer.toString(retryAfterSeconds));
    }
}
