package dev.meshlog.schemas;

import dev.meshlog.schemas.ledger.ReaderLease;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a snapshot while somebody reads it: the snapshotter removes neither its chunks nor the log that is replayed after it. Renewed by a thread of
 * its own until it is closed; the lease of a reader that died ends by itself after {@link #LENGTH}.
 *
 * <p>Take the lease first and look for the manifest afterwards. A manifest that is still there then was not on its way out, and stays; one that is
 * gone is gone, and another snapshot is to be chosen.
 *
 * <p>The clocks of readers and snapshotter may differ by less than {@link #LENGTH} minus {@link #RENEWAL}.
 */
public final class SnapshotLease implements AutoCloseable {
    /** From one renewal to the end of the lease, when no other renewal follows. */
    public static final Duration LENGTH = Duration.ofMinutes(2);

    static final Duration RENEWAL = Duration.ofSeconds(30);

    /** How long the cluster may take to acknowledge. */
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotLease.class);

    private final String reader;
    private final Bytes32 manifest;
    private final Clock clock;
    private final Producer<String, byte[]> producer;
    private final ScheduledExecutorService renewals = Executors.newSingleThreadScheduledExecutor(SnapshotLease::thread);

    private SnapshotLease(Cluster cluster, String reader, Bytes32 manifest, Clock clock) {
        this.reader = reader;
        this.manifest = manifest;
        this.clock = clock;
        this.producer = cluster.producer();
    }

    /**
     * Returns when the cluster has the lease.
     *
     * @param reader of this lease alone: a second lease under the same name takes the place of the first
     * @param manifest its hash
     * @throws IllegalStateException when the cluster does not take it
     */
    public static SnapshotLease take(Cluster cluster, String reader, Bytes32 manifest, Clock clock) {
        return take(cluster, reader, manifest, clock, RENEWAL);
    }

    static SnapshotLease take(Cluster cluster, String reader, Bytes32 manifest, Clock clock, Duration renewal) {
        var lease = new SnapshotLease(cluster, reader, manifest, clock);
        try {
            lease.write(lease.renewed());
        } catch (RuntimeException e) {
            lease.renewals.shutdownNow();
            lease.producer.close(Duration.ZERO);
            throw e;
        }
        var unused = lease.renewals.scheduleWithFixedDelay(
                lease::renew, renewal.toMillis(), renewal.toMillis(), TimeUnit.MILLISECONDS);
        return lease;
    }

    /** Ends the lease. When the cluster can't be told, it ends by itself. */
    @Override
    public void close() {
        renewals.shutdown();
        try {
            // A renewal that is under way would otherwise come behind the end.
            if (!renewals.awaitTermination(ANSWER.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a renewal of the lease {} hangs", reader);
            }
            write(null);
        } catch (IllegalStateException e) {
            LOG.warn("{}; it ends by itself", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            producer.close(ANSWER);
        }
    }

    /** The reader. */
    @Override
    public String toString() {
        return reader;
    }

    private static Thread thread(Runnable task) {
        var thread = new Thread(task, "meshlog-lease");
        thread.setDaemon(true);
        return thread;
    }

    private void renew() {
        try {
            write(renewed());
        } catch (IllegalStateException e) {
            LOG.warn("{}; the next attempt follows in {} s", e.getMessage(), RENEWAL.toSeconds());
        }
    }

    private byte[] renewed() {
        Instant end = clock.instant().plus(LENGTH);
        return Cluster.encode(Topics.READERS, new ReaderLease(manifest, end));
    }

    private void write(byte @Nullable [] value) {
        try {
            producer.send(new ProducerRecord<String, byte @Nullable []>(Topics.READERS.name(), reader, value))
                    .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the lease " + reader + " was not acknowledged within " + ANSWER, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the lease " + reader + " was not written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while writing the lease " + reader, e);
        }
    }
}
