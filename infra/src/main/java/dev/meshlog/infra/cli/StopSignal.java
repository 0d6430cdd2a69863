package dev.meshlog.infra.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C and SIGTERM: they ask for the end, and the process stays until it is closed, the broker included. The first resource to be taken, so that
 * it is the last to be closed.
 */
final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 15;
    private static final long ALONE_SECONDS = 45;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final long patienceSeconds;
    private volatile @Nullable Thread interrupted;
    private final Thread hook = new Thread(this::awaitClosed, "meshlog-stop");

    private StopSignal(long patienceSeconds) {
        this.patienceSeconds = patienceSeconds;
    }

    static StopSignal install() {
        return install(PATIENCE_SECONDS);
    }

    /** @param patienceSeconds the process ends after that, closed or not */
    static StopSignal install(long patienceSeconds) {
        var signal = new StopSignal(patienceSeconds);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /**
     * The end of the input asks for the end, too: whoever held its other end has gone, and nobody would notice if this process stayed. One that does
     * not manage to stop is ended.
     */
    void stopAtEndOf(InputStream input) {
        var watching = new Thread(
                () -> {
                    awaitEndOf(input);
                    requested.countDown();
                    if (!isClosedWithin(ALONE_SECONDS)) {
                        Runtime.getRuntime().halt(1);
                    }
                },
                "meshlog-input");
        watching.setDaemon(true);
        watching.start();
    }

    private static void awaitEndOf(InputStream input) {
        try {
            input.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // It has ended as well.
        }
    }

    /** For a thread that has no other way to be told: it is interrupted when the end is asked for. */
    void interrupt(Thread thread) {
        interrupted = thread;
    }

    /** At zero once the end was asked for. */
    CountDownLatch requested() {
        return requested;
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down: that is why we are here.
        }
    }

    private void awaitClosed() {
        requested.countDown();
        Thread told = interrupted;
        if (told != null) {
            told.interrupt();
        }
        boolean unused = isClosedWithin(patienceSeconds);
    }

    private boolean isClosedWithin(long seconds) {
        try {
            return closed.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
