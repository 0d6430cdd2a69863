package dev.meshlog.snapshotter;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SnapshotRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * {@code ledger.snapshots.requests}: somebody wants a snapshot before the interval is over. Those of before the snapshotter's start do not count, it
 * begins with a snapshot anyway. One thread.
 */
public final class SnapshotRequests implements AutoCloseable {
    /** Between two looks at the topic. */
    private static final Duration EVERY = Duration.ofMillis(500);

    private final TopicTail tail;
    private final Clock clock;
    private long nextLook;

    SnapshotRequests(Cluster cluster, Clock clock) {
        this.tail = TopicTail.fromEnd(cluster, Topics.REQUESTS);
        this.clock = clock;
    }

    /**
     * Asks for a snapshot of the next certified checkpoint; returns when the cluster has the request.
     *
     * @param requester for people who look into the topic
     */
    public static void ask(Cluster cluster, String requester, Clock clock) {
        byte[] request = Cluster.encode(Topics.REQUESTS, new SnapshotRequest(clock.instant()));
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<>(Topics.REQUESTS.name(), requester, request))
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the request was not written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for a snapshot", e);
        }
    }

    /** Whether one has come since the last call. */
    boolean cameIn() {
        if (clock.millis() < nextLook) {
            return false;
        }
        nextLook = clock.millis() + EVERY.toMillis();
        var came = new boolean[1];
        tail.readOn(rec -> came[0] = true);
        return came[0];
    }

    @Override
    public void close() {
        tail.close();
    }
}
