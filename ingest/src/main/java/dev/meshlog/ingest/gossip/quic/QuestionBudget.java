package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.TokenBucket;

/** How often a peer may ask, and how often it may be told that it does so too often. Time is handed in, in nanoseconds. One thread. */
final class QuestionBudget {
    private final TokenBucket questions;
    private final TokenBucket refusals;

    QuestionBudget(int questionsPerMinute, long now) {
        int tenth = Math.max(1, questionsPerMinute / 10);
        this.questions = new TokenBucket(questionsPerMinute, tenth, now);
        this.refusals = new TokenBucket(tenth, tenth, now);
    }

    /** False: the question is one too many. */
    boolean take(long now) {
        return questions.take(now);
    }

    /** False: the peer has been refused so often that its connection has to end; else each of its streams would cost us an answer. */
    boolean takeRefusal(long now) {
        return refusals.take(now);
    }
}
