package dev.meshlog.infra.network;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Sends transactions to one validator at a steady rate, and follows each to its result there. What could not be sent in its second is not made up
 * for later. One thread of its own.
 */
final class LoadLane {
    private static final AvroBinary<SignedTransaction> RECORD = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final TopicPartition RESULTS = new TopicPartition(Topics.RESULTS.name(), 0);
    private static final TopicPartition COMMITS = new TopicPartition(Topics.COMMITS.name(), 0);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final int NAMED_LOST = 5;

    /** Commits and results are topics of their own, of which one may be read somewhat before the other. */
    private static final long ROUNDS_BETWEEN_TOPICS = 50;

    private final Cluster cluster;
    private final ObjectWriter writer;
    private final double perSecond;
    private final long validRounds;
    private final Latencies latencies = new Latencies();
    private final Map<Hash, Sent> waiting = new LinkedHashMap<>();
    private final Map<String, Long> results = new HashMap<>();
    private final List<String> lost = new ArrayList<>();
    private final Thread thread;
    private volatile boolean isSending = true;
    private volatile boolean closing;
    private final AtomicLong accepted = new AtomicLong();
    private volatile LoadCounts counts = LoadCounts.NONE;
    private volatile @Nullable RuntimeException failure;
    private long round;
    private long sent;
    private long lostCount;
    private long newestCommit;

    /** One under way; the flags are the producer's. */
    private static final class Sent {
        private final ObjectRef after;
        private final long validUntil;
        private final long atNs = System.nanoTime();
        private volatile boolean isAccepted;
        private volatile boolean isRefused;

        Sent(ObjectRef after, long validUntil) {
            this.after = after;
            this.validUntil = validUntil;
        }
    }

    /** @param validRounds how far beyond the newest committed round a transaction is valid */
    LoadLane(NodeProcess node, ObjectWriter writer, double perSecond, long validRounds) {
        this.cluster = node.cluster();
        this.writer = writer;
        this.perSecond = perSecond;
        this.validRounds = validRounds;
        this.thread = new Thread(this::run, "meshlog-load-" + node.name());
    }

    void start() {
        thread.start();
    }

    /** Results are still waited for. */
    void stopSending() {
        isSending = false;
    }

    LoadCounts counts() {
        return counts;
    }

    Latencies latencies() {
        return latencies;
    }

    Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Returns at once. */
    void close() {
        closing = true;
    }

    void awaitEnd() throws InterruptedException {
        thread.join();
    }

    private void run() {
        try (Producer<String, byte[]> producer = cluster.producer();
                Consumer<String, byte[]> consumer = cluster.undecodedConsumer()) {
            consumer.assign(List.of(RESULTS, COMMITS));
            consumer.seekToEnd(List.of(RESULTS, COMMITS));
            // No result of ours can be before this.
            consumer.position(RESULTS);
            long before = System.nanoTime();
            double owed = 0;
            while (!closing) {
                long now = System.nanoTime();
                owed = Math.min(Math.max(1, perSecond), owed + perSecond * (now - before) / 1e9);
                before = now;
                // Until the first commit is seen it is not known what would be valid.
                while (owed >= 1 && isSending && round > 0 && send(producer)) {
                    owed--;
                }
                consumer.poll(POLL).forEach(this::take);
                settle();
                counts = new LoadCounts(sent, accepted.get(), results, lost, lostCount, waiting.size(), newestCommit);
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private boolean send(Producer<String, byte[]> producer) {
        long validUntil = round + validRounds;
        Optional<ObjectWriter.Written> next = writer.next(validUntil);
        if (next.isEmpty()) {
            return false;
        }
        Transaction transaction = next.get().transaction();
        var entry = new Sent(next.get().after(), validUntil);
        waiting.put(transaction.id(), entry);
        sent++;
        var unused = producer.send(
                new ProducerRecord<>(
                        Topics.TRANSACTIONS.name(),
                        transaction.call().sender().hex(),
                        Cluster.encode(Topics.TRANSACTIONS, RECORD.decode(transaction.bytes()))),
                (metadata, failed) -> {
                    entry.isAccepted = failed == null;
                    entry.isRefused = failed != null;
                    accepted.addAndGet(failed == null ? 1 : 0);
                });
        return true;
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        if (rec.topic().equals(COMMITS.topic())) {
            CommitRecord commit = decode(Topics.COMMITS, rec);
            round = Math.max(round, commit.getLeaderRound());
            return;
        }
        TransactionResult result = decode(Topics.RESULTS, rec);
        Sent entry = waiting.remove(Hash.of(result.getTxId()));
        if (entry == null) {
            return;
        }
        results.merge(result.getCode(), 1L, Long::sum);
        newestCommit = Math.max(newestCommit, result.getCommitIndex());
        latencies.add((System.nanoTime() - entry.atNs) / 1_000_000);
        if (result.getCode().equals(ResultCode.OK.name())) {
            writer.executed(entry.after);
        } else {
            writer.abandoned();
        }
    }

    /** Oldest first; the first one that may still get a result is behind all whose time is over. */
    private void settle() {
        Iterator<Map.Entry<Hash, Sent>> all = waiting.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Hash, Sent> next = all.next();
            Sent entry = next.getValue();
            boolean isKnown = entry.isAccepted || entry.isRefused;
            if (!isKnown || entry.validUntil + ROUNDS_BETWEEN_TOPICS >= round) {
                return;
            }
            if (entry.isAccepted) {
                lostCount++;
                if (lost.size() < NAMED_LOST) {
                    lost.add(next.getKey().hex());
                }
            }
            writer.abandoned();
            all.remove();
        }
    }

    private static <V> V decode(Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        return topic.values().deserializer().deserialize(topic.name(), rec.value());
    }
}
