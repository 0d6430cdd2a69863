package dev.meshlog.infra.node;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps at a registration until the key counts, and says what it waits for. A thread of its own. */
final class RegistrationLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistrationLoop.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Registration registration;
    private final Thread thread = new Thread(this::run, "meshlog-registration");
    private volatile String waitingFor = "";
    private volatile @Nullable RuntimeException failure;

    RegistrationLoop(Registration registration) {
        this.registration = registration;
    }

    void start() {
        thread.start();
    }

    /** Why it gave up, if it did. */
    Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    /** What keeps the key from counting, for people; empty: nothing, or it gave up. */
    String waitingFor() {
        return waitingFor;
    }

    private void run() {
        try {
            await(registration::step);
            if (await(registration::untilItCounts)) {
                LOG.info("this validator counts from now on");
            }
            waitingFor = "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            waitingFor = "";
            LOG.error("not registered: {}", e.getMessage());
            failure = e;
        }
    }

    /** Something to look at; empty: nothing more to wait for. */
    @FunctionalInterface
    private interface Look {
        String waitingFor() throws InterruptedException;
    }

    /** Returns whether there was anything to wait for. */
    private boolean await(Look look) throws InterruptedException {
        boolean hasWaited = false;
        String waiting = look.waitingFor();
        while (!waiting.isEmpty()) {
            hasWaited = true;
            if (!waiting.equals(waitingFor)) {
                LOG.info("no validator yet: {}", waiting);
                waitingFor = waiting;
            }
            Thread.sleep(LOOK.toMillis());
            waiting = look.waitingFor();
        }
        return hasWaited;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(2).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
