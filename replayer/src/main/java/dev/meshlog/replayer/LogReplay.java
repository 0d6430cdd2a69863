package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.InstalledParts;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.InstalledPart;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Moves a ledger along the verified log. Every round takes what the log gave at once and applies it; state and offset are written in one batch. One
 * thread.
 */
final class LogReplay implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long WATCH_END_MS = 1_000;

    /** Vertices that may wait for being applied while more are read; a poll brings at most 16 MiB. */
    private static final int AHEAD = 256;

    /** Entries of a recovery that are held in memory, of some hundred bytes each. */
    private static final int MAX_UNCOMMITTED = 200_000;

    static final TopicPartition PARTITION = new TopicPartition(Topics.VERIFIED.name(), 0);

    private final Hash networkId;
    private final ReplayedLedger ledger;
    private final VertexIntake intake;
    private final Clock clock;
    private final Consumer<String, byte[]> consumer;
    private final CatchUp catchUp;
    private final long from;
    private long next;
    private long end;
    private long watchedMs;

    /** @throws RecoveryException LOG_SHORTENED or LOG_TRUNCATED when the log does not have {@code from} */
    LogReplay(Cluster cluster, Hash networkId, ReplayedLedger ledger, VertexIntake intake, long from, Clock clock) {
        this.networkId = networkId;
        this.ledger = ledger;
        this.intake = intake;
        this.from = from;
        this.next = from;
        this.clock = clock;
        this.catchUp = new CatchUp(from);
        this.consumer = cluster.undecodedConsumer();
        try {
            consumer.assign(List.of(PARTITION));
            requireWithin(consumer, from);
            watchEnd();
            consumer.seek(PARTITION, from);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /**
     * Before anything else is done for a replay from there.
     *
     * @throws RecoveryException LOG_SHORTENED or LOG_TRUNCATED
     */
    static void requireReaches(Cluster cluster, long from) {
        try (var consumer = cluster.undecodedConsumer()) {
            requireWithin(consumer, from);
        }
    }

    private static void requireWithin(Consumer<?, ?> consumer, long from) {
        long first = consumer.beginningOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
        long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
        if (first > from) {
            throw new RecoveryException(
                    RecoveryFailure.LOG_SHORTENED,
                    "%s begins at offset %d, replay needs it from %d on.".formatted(PARTITION, first, from));
        }
        if (from > end) {
            throw new RecoveryException(
                    RecoveryFailure.LOG_TRUNCATED,
                    "%s ends at offset %d, replay starts at %d.".formatted(PARTITION, end, from));
        }
    }

    /** Replays to the end of the log as it is now, or up to a commit. What a kill leaves is of no use: only memory makes it write in between. */
    void run(long toCommit, RecoveryListener listener) {
        long stop = end;
        while (next < stop && ledger.head().commitIndex() < toCommit) {
            apply(stop, toCommit);
            if (ledger.uncommitted() > MAX_UNCOMMITTED) {
                ledger.commit(next);
                Failpoint.REPLAY_COMMITTED.reached();
            }
            listener.replaying(progress());
        }
        ledger.commit(next);
        Failpoint.REPLAY_COMMITTED.reached();
    }

    /** One round: state and offset are durable together behind it. */
    void round() {
        long before = next;
        apply(Long.MAX_VALUE, Long.MAX_VALUE);
        if (next > before) {
            ledger.commit(next);
        }
    }

    /** @param stop offset at which nothing is applied any more */
    private void apply(long stop, long toCommit) {
        ConsumerRecords<String, byte[]> records = poll();
        long started = clock.millis();
        for (ConsumerRecord<String, byte[]> rec : records) {
            if (rec.offset() < stop) {
                catchUp.sawRecord(rec.timestamp());
                if (Topics.INSTALLED_KEY.equals(rec.key())) {
                    requireBehind(rec);
                } else {
                    intake.add(rec);
                }
            }
        }
        boolean more = !records.isEmpty() && consumer.position(PARTITION) < stop;
        while (intake.size() > (more ? AHEAD : 0) && ledger.head().commitIndex() < toCommit) {
            VertexIntake.Taken taken = intake.take();
            ledger.apply(taken, toCommit);
            next = taken.offset() + 1;
        }
        if (intake.size() == 0) {
            // Behind the markers of transactions, too.
            next = Math.min(stop, consumer.position(PARTITION));
        }
        long now = clock.millis();
        catchUp.replayed(next, now - started);
        if (now - watchedMs >= WATCH_END_MS) {
            watchEnd();
        }
    }

    /** What led to an installed state is not in this log. */
    private void requireBehind(ConsumerRecord<String, byte[]> rec) {
        InstalledPart part = Topics.INSTALLED.decode(rec.value());
        if (part.getIndex() != InstalledParts.MANIFEST) {
            return;
        }
        Manifest installed;
        try {
            installed = Manifest.parse(Buffers.array(part.getContent()), networkId);
        } catch (InvalidSnapshotException e) {
            throw new RecoveryException(
                    RecoveryFailure.RECORD_MALFORMED,
                    "The state that was installed at %s offset %d: %s"
                            .formatted(PARTITION, rec.offset(), e.getMessage()),
                    e);
        }
        if (installed.commitIndex() > ledger.head().commitIndex()) {
            throw new RecoveryException(
                    RecoveryFailure.LOG_SHORTENED,
                    "Commits up to %d are not in this log: at offset %d of %s the state of checkpoint %d was installed. A snapshot of that checkpoint or a later one is needed."
                            .formatted(installed.commitIndex(), rec.offset(), PARTITION, installed.checkpointIndex()));
        }
    }

    private ConsumerRecords<String, byte[]> poll() {
        try {
            return consumer.poll(intake.size() > 0 ? Duration.ZERO : POLL);
        } catch (OffsetOutOfRangeException e) {
            throw new RecoveryException(
                    RecoveryFailure.LOG_SHORTENED, "It was shortened while it was read: " + e.getMessage(), e);
        }
    }

    ReplayProgress progress() {
        return new ReplayProgress(
                from, next, end, ledger.vertices(), ledger.head().commitIndex(), catchUp.pace());
    }

    /** Where the log ended when it was last asked. */
    long end() {
        return end;
    }

    private void watchEnd() {
        end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
        watchedMs = clock.millis();
        catchUp.sawEnd(end, watchedMs);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
