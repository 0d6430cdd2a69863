package dev.meshlog.ingest;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a reader of topics going on a thread of its own. One that fails is closed, and another one opened after a pause. */
public final class Following implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Following.class);
    private static final Duration END = Duration.ofSeconds(30);

    private final Supplier<Reader> open;
    private final Backoff pauses;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    /** All of it on the following thread. */
    public interface Reader extends AutoCloseable {
        /** Takes what is new, and waits a moment for it when there is nothing. */
        void step();

        @Override
        void close();
    }

    private Following(String name, Supplier<Reader> open, Backoff pauses) {
        this.open = open;
        this.pauses = pauses;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    public static Following start(String name, Supplier<Reader> open, Backoff pauses) {
        var following = new Following(name, open, pauses);
        following.thread.start();
        return following;
    }

    private void run() {
        while (!isStopped()) {
            try {
                follow();
            } catch (RuntimeException e) {
                if (!isStopped()) {
                    pause(e);
                }
            }
        }
    }

    private void follow() {
        Reader reader = open.get();
        try {
            while (!isStopped()) {
                reader.step();
                pauses.reset();
            }
        } finally {
            // Whoever stops us interrupts; closing is not to be cut short by that.
            var unused = Thread.interrupted();
            reader.close();
        }
    }

    private void pause(RuntimeException why) {
        Duration pause = pauses.next();
        LOG.warn("{} begins again in {} ms: {}", thread.getName(), pause.toMillis(), why.toString());
        try {
            var unused = stop.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Only close() does this, and it has said so.
        }
    }

    private boolean isStopped() {
        return stop.getCount() == 0;
    }

    @Override
    public void close() {
        stop.countDown();
        thread.interrupt();
        try {
            thread.join(END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
