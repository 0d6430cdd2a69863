package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LastRecord;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.UnknownSchemaException;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a vertex producer reads: transactions that wait, vertices of the verified log, and commits. One thread. */
final class ProducerInput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerInput.class);
    private static final Duration SEARCH = Duration.ofSeconds(30);
    private static final AvroBinary<SignedTransaction> TRANSACTION =
            new AvroBinary<>(SignedTransaction.getClassSchema());

    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final Hash networkId;
    private final Hash self;
    private final RoundTracker tracker;
    private final KafkaConsumer<String, byte[]> consumer;
    private final TopicPartition verified = new TopicPartition(Topics.VERIFIED.name(), 0);
    private final TopicPartition commits = new TopicPartition(Topics.COMMITS.name(), 0);
    private final List<TopicPartition> transactions = IntStream.range(0, Topics.TRANSACTIONS.partitions())
            .mapToObj(partition -> new TopicPartition(Topics.TRANSACTIONS.name(), partition))
            .toList();
    private final PendingTransactions pending = new PendingTransactions();
    private long checkpointIndex;
    private Hash checkpointRoot;
    private long committedRound;
    private long verifiedRound;
    private long workRound;
    private boolean paused;

    ProducerInput(Cluster cluster, GenesisConfig genesis, Hash self, Hash genesisRoot, RoundTracker tracker) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.networkId = genesis.networkId();
        this.self = self;
        this.tracker = tracker;
        this.checkpointRoot = genesisRoot;
        var config = cluster.consumerConfig();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, VertexOutput.groupId(self));
        this.consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Learns our own newest vertex and where to go on; to be called after earlier producers with the key are fenced. */
    void open() {
        try (var last = new LastRecord(cluster.properties(), SEARCH)) {
            sawOwnNewest(last, Topics.VERTICES);
            sawOwnNewest(last, Topics.VERIFIED);
        }
        verifiedRound = tracker.ownNewest().round();
        // Transactions of the newest vertices may not be committed yet.
        workRound = tracker.ownNewest().round();

        Set<TopicPartition> all = new HashSet<>(transactions);
        all.add(verified);
        all.add(commits);
        consumer.assign(all);
        var first = consumer.beginningOffsets(all);
        var end = consumer.endOffsets(all);
        var done = consumer.committed(new HashSet<>(transactions));
        for (TopicPartition partition : transactions) {
            OffsetAndMetadata offset = done.get(partition);
            long begin = first.getOrDefault(partition, 0L);
            consumer.seek(partition, offset == null ? begin : Math.max(begin, offset.offset()));
        }
        // Every commit has its transaction marker, so this reaches back over several checkpoints.
        long window = Math.max(2_000, 8 * genesis.checkpointInterval());
        consumer.seek(commits, Math.max(first.getOrDefault(commits, 0L), end.getOrDefault(commits, 0L) - window));
        consumer.seek(verified, first.getOrDefault(verified, 0L));
        consumer.pause(List.of(verified));
        long replayFrom = 0;
        while (consumer.position(commits) < end.getOrDefault(commits, 0L)) {
            for (ConsumerRecord<String, byte[]> rec : consumer.poll(SEARCH)) {
                replayFrom = Math.max(replayFrom, take(rec));
            }
        }
        consumer.seek(verified, Math.max(first.getOrDefault(verified, 0L), replayFrom));
        consumer.resume(List.of(verified));
        // Only who knows all that is verified by now knows which rounds are taken and which have a quorum.
        long verifiedEnd = consumer.endOffsets(List.of(verified)).getOrDefault(verified, 0L);
        while (consumer.position(verified) < verifiedEnd) {
            read(SEARCH);
        }
    }

    /** Waits for input at most this long. */
    void read(Duration wait) {
        for (ConsumerRecord<String, byte[]> rec : consumer.poll(wait)) {
            take(rec);
        }
        boolean full = pending.size() >= PendingTransactions.HIGH_WATER;
        if (full && !paused) {
            consumer.pause(transactions);
        } else if (!full && paused) {
            consumer.resume(transactions);
        }
        paused = full;
    }

    PendingTransactions.Batch take() {
        return pending.take();
    }

    /** The group that the offsets of transactions are kept for. */
    ConsumerGroupMetadata group() {
        return consumer.groupMetadata();
    }

    void wrote(long round, boolean withTransactions) {
        if (withTransactions) {
            workRound = Math.max(workRound, round);
        }
    }

    /** Whether a vertex of ours would bring something forward: transactions wait, or some are in vertices that are not committed. */
    boolean hasWork() {
        return !pending.isEmpty()
                || workRound > committedRound
                || tracker.newestRound() > tracker.ownNewest().round();
    }

    /** The newest round of ours that came through verification. */
    long verifiedRound() {
        return verifiedRound;
    }

    long checkpointIndex() {
        return checkpointIndex;
    }

    Hash checkpointRoot() {
        return checkpointRoot;
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    /** Anybody may have sent something under our key into a topic that is not verified: only what we signed counts. */
    private void sawOwnNewest(LastRecord last, Topic<String, SignedVertex> topic) {
        var undecoded = new Topic<>(
                topic.name(),
                topic.keyText(),
                topic.valueText(),
                topic.keys(),
                Serdes.ByteArray(),
                topic.partitions(),
                topic.configs(),
                topic.writers(),
                topic.readers());
        last.of(undecoded, self.hex(), value -> own(topic, value).isPresent())
                .flatMap(rec -> own(topic, rec.value()))
                .ifPresent(tracker::saw);
    }

    /** @throws UnknownSchemaException since the record may hold a vertex of ours, for a round that must not be signed again */
    private Optional<VertexRef> own(Topic<String, SignedVertex> topic, byte[] value) {
        try {
            Vertex vertex =
                    Vertex.parse(networkId, topic.values().deserializer().deserialize(topic.name(), value));
            return vertex.producer().equals(self) && Ed25519.fastest().verify(self, vertex.id(), vertex.signature())
                    ? Optional.of(vertex.ref())
                    : Optional.empty();
        } catch (UnknownSchemaException e) {
            throw e;
        } catch (MalformedRecordException e) {
            LOG.warn("a record of {} under our key is no vertex: {}", topic.name(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Returns where replay would start after the record, when it is a commit; else 0. */
    private long take(ConsumerRecord<String, byte[]> rec) {
        if (rec.topic().equals(Topics.TRANSACTIONS.name())) {
            takeTransaction(rec);
            return 0;
        }
        try {
            return takeOrdered(rec);
        } catch (MalformedRecordException e) {
            // The ledger passes it over too.
            LOG.warn("{}-{} offset {} is not used: {}", rec.topic(), rec.partition(), rec.offset(), e.getMessage());
            return 0;
        }
    }

    private long takeOrdered(ConsumerRecord<String, byte[]> rec) {
        if (rec.topic().equals(Topics.VERIFIED.name())) {
            Vertex vertex = Vertex.parse(networkId, decode(Topics.VERIFIED, rec));
            tracker.saw(vertex.ref());
            if (vertex.producer().equals(self)) {
                verifiedRound = Math.max(verifiedRound, vertex.round());
            }
        } else {
            CommitRecord commit = decode(Topics.COMMITS, rec);
            committedRound = Math.max(committedRound, commit.getLeaderRound());
            if (commit.getCheckpoint() != null) {
                checkpointIndex = commit.getCheckpoint().getIndex();
                checkpointRoot = Hash.of(commit.getCheckpoint().getRoot());
            }
            return commit.getPosition().getReplayFrom();
        }
        return 0;
    }

    private void takeTransaction(ConsumerRecord<String, byte[]> rec) {
        var partition = new TopicPartition(rec.topic(), rec.partition());
        byte[] bytes = rec.value() == null ? new byte[0] : rec.value();
        try {
            byte[] transaction = TRANSACTION.encode(decode(Topics.TRANSACTIONS, rec));
            Transaction.parse(networkId, transaction);
            pending.add(transaction, partition, rec.offset());
        } catch (MalformedRecordException e) {
            LOG.info("transaction at {} offset {} rejected: {}", partition, rec.offset(), e.getMessage());
            var input = RejectedInput.newBuilder()
                    .setReason("BAD_TRANSACTION")
                    .setDetail(String.valueOf(e.getMessage()))
                    .setLength(bytes.length)
                    .setBytes(ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, VerifyVertices.KEPT_BYTES)))
                    .setOrigin(new RecordPosition(rec.topic(), rec.partition(), rec.offset()))
                    .build();
            pending.reject(
                    new PendingTransactions.Rejection(rec.key() == null ? "" : rec.key(), input),
                    partition,
                    rec.offset());
        }
    }

    private static <V> V decode(Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        if (rec.value() == null) {
            throw new MalformedRecordException("a record without a value");
        }
        return topic.values().deserializer().deserialize(topic.name(), rec.value());
    }
}
