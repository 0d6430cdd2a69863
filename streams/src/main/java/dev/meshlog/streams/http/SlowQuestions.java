package dev.meshlog.streams.http;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Questions that wait for somebody else get a part of the threads, so that the others, health among them, are answered whatever happens. */
final class SlowQuestions {
    private final Semaphore free;

    /** @param limit at the same time */
    SlowQuestions(int limit) {
        this.free = new Semaphore(limit);
    }

    /** @throws Refusal when too many wait already */
    Reply of(Supplier<Reply> answer) {
        if (!free.tryAcquire()) {
            throw Refusal.tooMany("Too many questions wait for Kafka or for another instance.");
        }
        try {
            return answer.get();
        } finally {
            free.release();
        }
    }
}
