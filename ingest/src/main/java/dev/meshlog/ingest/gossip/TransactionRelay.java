package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.Following;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedTransaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives what clients left in this node's own {@code ledger.transactions} to validators: a node that makes no vertices has no other use for it. Each at least
 * once, in the order of its partition; the same transaction runs at most once. How far it is stands in Kafka, as the offsets of {@link #GROUP}.
 */
public final class TransactionRelay implements Following.Reader {
    /** Consumer group. */
    public static final String GROUP = "meshlog-relay";

    private static final Logger LOG = LoggerFactory.getLogger(TransactionRelay.class);
    private static final AvroBinary<SignedTransaction> RECORD = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration CLOSING = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** Without a word. */
    private static final int FEW_TRIES = 3;

    /** What is given again after a kill. */
    private static final int AT_ONCE = 100;

    private final Consumer<String, byte[]> consumer;
    private final Hash networkId;
    private final SignatureCheck signatures;
    private final Way way;
    private final Backoff pauses;

    /** To somebody who makes vertices. */
    public interface Way {
        /** Whether this node makes none: what it makes itself takes the transactions that come meanwhile. */
        boolean isNeeded();

        /** @return whether somebody has it */
        boolean submit(Transaction transaction) throws InterruptedException;

        /** The newest decided one; what was valid before it alone is not given to anybody any more. */
        long round();
    }

    private TransactionRelay(
            Consumer<String, byte[]> consumer,
            Hash networkId,
            SignatureCheck signatures,
            Way way,
            RandomGenerator random) {
        this.consumer = consumer;
        this.networkId = networkId;
        this.signatures = signatures;
        this.way = way;
        this.pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
        try {
            findPlace();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    public static Following follow(
            Cluster cluster, Hash networkId, SignatureCheck signatures, Way way, RandomGenerator random) {
        return Following.start(
                "meshlog-relay",
                () -> new TransactionRelay(consumer(cluster), networkId, signatures, way, random),
                new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random));
    }

    private static Consumer<String, byte[]> consumer(Cluster cluster) {
        Map<String, Object> config = cluster.consumerConfig();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, AT_ONCE);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private void findPlace() {
        List<TopicPartition> partitions = TopicReader.partitions(consumer, Topics.TRANSACTIONS);
        consumer.assign(partitions);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        Map<TopicPartition, OffsetAndMetadata> done = consumer.committed(new HashSet<>(partitions));
        for (TopicPartition partition : partitions) {
            long begin = first.getOrDefault(partition, 0L);
            OffsetAndMetadata offset = done.get(partition);
            consumer.seek(partition, offset == null ? begin : Math.max(begin, offset.offset()));
        }
    }

    @Override
    public void step() {
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        try {
            for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL)) {
                Optional<Transaction> transaction = way.isNeeded() ? read(rec) : Optional.empty();
                if (transaction.isPresent()) {
                    relay(transaction.get());
                }
                done.put(new TopicPartition(rec.topic(), rec.partition()), new OffsetAndMetadata(rec.offset() + 1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while giving transactions to validators", e);
        }
        if (!done.isEmpty()) {
            consumer.commitSync(done);
        }
    }

    /** Empty when no validator would take it. */
    private Optional<Transaction> read(ConsumerRecord<String, byte[]> rec) {
        String what = rec.topic() + "-" + rec.partition() + " offset " + rec.offset();
        try {
            var signed = Topics.TRANSACTIONS.values().deserializer().deserialize(rec.topic(), rec.value());
            Transaction transaction = Transaction.parse(networkId, RECORD.encode(signed));
            if (transaction.hasGoodSignature(signatures)) {
                return Optional.of(transaction);
            }
            LOG.warn("{} is not given to validators: the signature is not the sender's for this network", what);
        } catch (MalformedRecordException e) {
            LOG.warn("{} is not given to validators: {}", what, e.getMessage());
        }
        return Optional.empty();
    }

    private void relay(Transaction transaction) throws InterruptedException {
        pauses.reset();
        long validUntil = transaction.call().validUntilRound();
        while (validUntil >= way.round()) {
            if (way.submit(transaction)) {
                LOG.debug("transaction {} is with a validator", transaction.id());
                return;
            }
            if (pauses.tries() == FEW_TRIES) {
                LOG.warn("no validator takes transaction {} now; trying again", transaction.id());
            }
            Thread.sleep(pauses.next().toMillis());
        }
        LOG.warn(
                "transaction {} was valid until round {}, which is over: no validator had taken it",
                transaction.id(),
                validUntil);
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSING));
    }
}
