package dev.meshlog.infra.node;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions to look at: objects are created, changed and handed on by a few senders. Each wave waits for its results, so that the versions that
 * the next one declares are right. One thread of its own.
 */
final class DemoLoad {
    private static final Logger LOG = LoggerFactory.getLogger(DemoLoad.class);
    private static final AvroBinary<SignedTransaction> RECORD = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final int SENDERS = 4;
    private static final int CREATED_IN_A_WAVE = 40;
    private static final int CHANGED_IN_A_WAVE = 20;
    private static final int HANDED_ON_IN_A_WAVE = 10;
    private static final long VALID_ROUNDS = 500;
    private static final Duration RESULTS = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final Hash networkId;
    private final LongSupplier committedRound;
    private final SecureRandom random = new SecureRandom();
    private final Thread thread = new Thread(this::run, "meshlog-demo-load");
    private final List<Owned> objects = new ArrayList<>();
    private final Map<Hash, TransactionResult> results = new HashMap<>();
    private volatile boolean closing;
    private final AtomicLong submitted = new AtomicLong();
    private final AtomicLong succeeded = new AtomicLong();

    private record Owned(Hash id, long version, SigningKey owner) {}

    private record Sent(Transaction transaction, String function, List<Owned> after) {}

    /** @param committedRound round of the newest committed leader */
    DemoLoad(Cluster cluster, Hash networkId, LongSupplier committedRound) {
        this.cluster = cluster;
        this.networkId = networkId;
        this.committedRound = committedRound;
    }

    void start() {
        thread.start();
    }

    long submitted() {
        return submitted.get();
    }

    long succeeded() {
        return succeeded.get();
    }

    /** Ends with the wave that is under way, whose results it still waits for. */
    void close() {
        closing = true;
        try {
            thread.join(RESULTS.plusSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<SigningKey> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(SigningKey.generate(random));
        }
        var partition = new TopicPartition(Topics.RESULTS.name(), 0);
        try (Producer<String, byte[]> producer = cluster.producer();
                Consumer<String, TransactionResult> consumer = cluster.consumer(Topics.RESULTS)) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition);
            while (!closing) {
                List<Sent> wave = wave(senders);
                for (Sent sent : wave) {
                    var unused = producer.send(new ProducerRecord<>(
                            Topics.TRANSACTIONS.name(),
                            sent.transaction().call().sender().hex(),
                            Cluster.encode(
                                    Topics.TRANSACTIONS,
                                    RECORD.decode(sent.transaction().bytes()))));
                }
                producer.flush();
                submitted.addAndGet(wave.size());
                await(consumer, wave);
            }
        } catch (RuntimeException e) {
            LOG.error("the demo load stops: {}", e.getMessage(), e);
        }
    }

    private List<Sent> wave(List<SigningKey> senders) {
        long validUntil = committedRound.getAsLong() + VALID_ROUNDS;
        var wave = new ArrayList<Sent>();
        for (int i = 0; i < CREATED_IN_A_WAVE; i++) {
            SigningKey sender = senders.get(random.nextInt(senders.size()));
            byte[] content = "object %016x".formatted(random.nextLong()).getBytes(StandardCharsets.US_ASCII);
            Transaction transaction = sign(sender, List.of(), 1, "create_object", content, validUntil);
            wave.add(new Sent(transaction, "create_object", List.of(new Owned(transaction.createdId(0), 1, sender))));
        }
        for (int i = 0; i < CHANGED_IN_A_WAVE + HANDED_ON_IN_A_WAVE && !objects.isEmpty(); i++) {
            Owned object = objects.remove(random.nextInt(objects.size()));
            var write = List.of(new ObjectRef(object.id(), object.version()));
            if (i < CHANGED_IN_A_WAVE) {
                byte[] content = "changed %016x".formatted(random.nextLong()).getBytes(StandardCharsets.US_ASCII);
                wave.add(new Sent(
                        sign(object.owner(), write, 0, "set_object", content, validUntil),
                        "set_object",
                        List.of(new Owned(object.id(), object.version() + 1, object.owner()))));
            } else {
                SigningKey next = senders.get(random.nextInt(senders.size()));
                wave.add(new Sent(
                        sign(
                                object.owner(),
                                write,
                                0,
                                "transfer_object",
                                next.publicKey().bytes(),
                                validUntil),
                        "transfer_object",
                        List.of(new Owned(object.id(), object.version() + 1, next))));
            }
        }
        return wave;
    }

    private Transaction sign(
            SigningKey sender, List<ObjectRef> writes, int creates, String function, byte[] args, long validUntil) {
        return Transaction.sign(
                networkId,
                new Call(sender.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, validUntil),
                sender);
    }

    private void await(Consumer<String, TransactionResult> consumer, List<Sent> wave) {
        long deadline = System.nanoTime() + RESULTS.toNanos();
        results.clear();
        while (!wave.stream()
                        .allMatch(sent -> results.containsKey(sent.transaction().id()))
                && System.nanoTime() < deadline) {
            for (ConsumerRecord<String, TransactionResult> rec : consumer.poll(Duration.ofMillis(200))) {
                results.put(Hash.of(rec.value().getTxId()), rec.value());
            }
        }
        for (Sent sent : wave) {
            TransactionResult result = results.get(sent.transaction().id());
            if (result == null) {
                LOG.warn(
                        "{} {} has no result yet",
                        sent.function(),
                        sent.transaction().id());
            } else if (result.getCode().equals(ResultCode.OK.name())) {
                succeeded.incrementAndGet();
                objects.addAll(sent.after());
            } else {
                LOG.warn(
                        "{} {} failed: {} {}",
                        sent.function(),
                        sent.transaction().id(),
                        result.getCode(),
                        result.getDetail());
            }
        }
    }
}
