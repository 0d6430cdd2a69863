package dev.meshlog.ingest.gossip;

/** What a peer does wrong, and how much of it ends the connection: at {@link PeerTable#LIMIT} points. They are forgiven with time. */
enum Misbehaviour {
    /** Bytes that are no message, where a message has to be. */
    MALFORMED(100),
    /** A vertex that breaks a rule whoever looks at it. */
    INVALID_VERTEX(25),
    /** A vertex that we can't judge, or of somebody who is no validator as far as we know. */
    DOUBTFUL_VERTEX(1),
    /** More vertices of its own for one round than are ever taken unasked. */
    TOO_MANY_FORKS(25),
    /** Something else than what was asked for. */
    WRONG_ANSWER(25),
    /** A chunk of a snapshot whose bytes are not those of its id. */
    BAD_CHUNK(50),
    /** A snapshot whose manifest is not true: nobody offers one that did not make it up. */
    FALSE_SNAPSHOT(100),
    /** No answer in time. */
    NO_ANSWER(5);

    private final int points;

    Misbehaviour(int points) {
        this.points = points;
    }

    int points() {
        return points;
    }
}
