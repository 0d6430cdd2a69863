package dev.meshlog.snapshotter;

import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.snapshotter.Candidates.Certified;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes one snapshot at a time on a thread of its own, so that the intake never waits. Called by the thread of the intake alone. */
final class Publishing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);

    private final SnapshotPublisher publisher;
    private final Consumer<PublishedSnapshot> listener;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "meshlog-snapshots"));
    private @Nullable Future<?> underWay;

    Publishing(SnapshotPublisher publisher, Consumer<PublishedSnapshot> listener) {
        this.publisher = publisher;
        this.listener = listener;
    }

    /** @throws IllegalStateException when the last publication failed */
    boolean isIdle() {
        if (underWay == null || !underWay.isDone()) {
            return underWay == null;
        }
        try {
            underWay.get();
            underWay = null;
            return true;
        } catch (ExecutionException e) {
            underWay = null;
            throw e.getCause() instanceof FencedException fenced
                    ? fenced
                    : new IllegalStateException("publishing a snapshot: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while publishing", e);
        }
    }

    /** Begins to publish; only when idle. */
    void submit(Certified next) {
        underWay = thread.submit(() -> publish(next));
    }

    private void publish(Certified next) {
        try (next) {
            if (next.candidate().checkpointIndex() > publisher.newestCheckpoint()) {
                listener.accept(publisher.publish(next.candidate(), next.certificate()));
            }
        }
    }

    /** Waits for the snapshot that is being written, whose failure is then said. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                    LOG.warn("still waiting for a snapshot that is being written");
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        var unused = isIdle();
    }
}
