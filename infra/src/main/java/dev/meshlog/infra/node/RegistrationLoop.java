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

    private void run() {
        try {
            await(registration::step);
            if (await(registration::untilItCounts)) {
                LOG.info("this validator counts from now on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
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
    private static boolean await(Look look) throws InterruptedException {
        String told = "";
        String waiting = look.waitingFor();
        while (!waiting.isEmpty()) {
            if (!waiting.equals(told)) {
                LOG.info("not a validator that counts yet: {}", waiting);
                told = waiting;
            }
            Thread.sleep(LOOK.toMillis());
            waiting = look.waitingFor();
        }
        return !told.isEmpty();
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
