package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.chain.ProducerDag;
import dev.meshlog.ledger.chain.ProducerView;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LastRecord;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.UnknownSchemaException;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a vertex producer reads: transactions that wait, vertices of the verified log, validators and commits. One thread. */
final class ProducerInput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerInput.class);
    private static final Duration SEARCH = Duration.ofSeconds(30);
    private static final AvroBinary<SignedTransaction> TRANSACTION =
            new AvroBinary<>(SignedTransaction.getClassSchema());

    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final Hash networkId;
    private final Hash self;
    private final KafkaConsumer<String, byte[]> consumer;
    private final TopicPartition verified = new TopicPartition(Topics.VERIFIED.name(), 0);
    private final TopicPartition commits = new TopicPartition(Topics.COMMITS.name(), 0);
    private final TopicPartition validators = new TopicPartition(Topics.VALIDATORS.name(), 0);
    private final List<TopicPartition> transactions = IntStream.range(0, Topics.TRANSACTIONS.partitions())
            .mapToObj(partition -> new TopicPartition(Topics.TRANSACTIONS.name(), partition))
            .toList();
    private final NavigableMap<Long, Long> replayFromByRound = new TreeMap<>();
    private OpenEpochs openEpochs;
    private long checkpointIndex;
    private Hash checkpointRoot;
    private long verifiedRound;
    private long signedRound;
    private boolean paused;
    private @Nullable TransactionQueue queue;
    private @Nullable ProducerDag dag;

    ProducerInput(Cluster cluster, GenesisConfig genesis, Hash self, Hash genesisRoot) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.networkId = genesis.networkId();
        this.self = self;
        this.checkpointRoot = genesisRoot;
        this.openEpochs = OpenEpochs.genesis(genesis);
        var config = cluster.consumerConfig();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, VertexOutput.groupId(self));
        this.consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Learns where the network stands, and all that we signed; to be called after earlier producers with the key are fenced. */
    void open() {
        // First: what is verified meanwhile is read twice then, and never passed over.
        Map<Integer, Long> unverified = unverified();
        Set<TopicPartition> all = new HashSet<>(transactions);
        all.addAll(List.of(verified, commits, validators));
        consumer.assign(all);
        consumer.pause(all);
        var first = consumer.beginningOffsets(all);
        var end = consumer.endOffsets(all);
        // A partition without a position stops even polls of others.
        List.of(verified, commits, validators)
                .forEach(partition -> consumer.seek(partition, first.getOrDefault(partition, 0L)));
        queue = openQueue(first, end);
        // The validators first: they must not be newer than the commits.
        seekAndRead(validators, first.getOrDefault(validators, 0L));
        // Every commit has its transaction marker, so this reaches back over several checkpoints.
        long window = Math.max(2_000, 8 * genesis.checkpointInterval());
        seekAndRead(commits, Math.max(first.getOrDefault(commits, 0L), end.getOrDefault(commits, 0L) - window));

        long begin = first.getOrDefault(verified, 0L);
        Map.Entry<Long, Long> start = start(begin);
        dag = new ProducerDag(genesis, self, openEpochs, start.getKey(), queue);
        // Only who knows all that is verified by now knows which rounds are taken and which have a quorum.
        seekAndRead(verified, Math.max(begin, start.getValue()));
        takeOwn(unverified);
        replayFromByRound.clear();
        consumer.resume(all);
    }

    private TransactionQueue openQueue(Map<TopicPartition, Long> first, Map<TopicPartition, Long> end) {
        Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
        consumer.committed(new HashSet<>(transactions)).forEach((partition, offset) -> {
            if (offset != null) {
                done.put(partition, offset);
            }
        });
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (TopicPartition partition : transactions) {
            OffsetAndMetadata offset = done.get(partition);
            long begin = first.getOrDefault(partition, 0L);
            consumer.seek(partition, offset == null ? begin : Math.max(begin, offset.offset()));
            ends.put(partition, end.getOrDefault(partition, 0L));
        }
        return new TransactionQueue(networkId, done, ends);
    }

    /**
     * The commit to start from, as its leader's round with the offset of what was not committed then: far enough below the newest one that all that a
     * vertex can still bring into a commit lies above it, and with its vertices still in the log.
     */
    private Map.Entry<Long, Long> start(long begin) {
        long floor = replayFromByRound.isEmpty() ? 0 : replayFromByRound.lastKey() - genesis.gcDepth();
        if (replayFromByRound.isEmpty() || (floor <= 0 && begin == 0)) {
            return Map.entry(0L, 0L);
        }
        return replayFromByRound.tailMap(floor, true).entrySet().stream()
                .filter(commit -> commit.getValue() >= begin)
                .findFirst()
                .orElseGet(replayFromByRound::lastEntry);
    }

    private void seekAndRead(TopicPartition partition, long from) {
        consumer.seek(partition, from);
        consumer.resume(List.of(partition));
        TopicReader.readToEnd(consumer, List.of(partition), this::take);
        consumer.pause(List.of(partition));
    }

    /** Waits for input at most this long. */
    void read(Duration wait) {
        for (ConsumerRecord<String, byte[]> rec : consumer.poll(wait)) {
            take(rec);
        }
        boolean full = queue().size() >= TransactionQueue.HIGH_WATER;
        if (full && !paused) {
            consumer.pause(transactions);
        } else if (!full && paused) {
            consumer.resume(transactions);
        }
        paused = full;
    }

    TransactionQueue queue() {
        return Objects.requireNonNull(queue, "open comes first");
    }

    ProducerView view() {
        return dag().view();
    }

    /** Whether a change of validators is committed that holds only after the round's epoch. */
    boolean isSetChanging(long round) {
        return openEpochs.isChangingAfter(round / genesis.epochLength());
    }

    /** The group that the offsets of transactions are kept for. */
    ConsumerGroupMetadata group() {
        return consumer.groupMetadata();
    }

    /** A vertex of ours that is in the log by now. */
    void wrote(Vertex own) {
        takeVertex(own);
    }

    /** The newest round of ours that came through verification, or the floor at the start if that was higher. */
    long verifiedRound() {
        return verifiedRound;
    }

    /** The log may know of none, and yet there is a vertex of ours for the round. */
    void signed(long round) {
        signedRound = Math.max(signedRound, round);
    }

    /** The newest round that we signed a vertex for, as far as we know. */
    long signedRound() {
        return signedRound;
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

    private ProducerDag dag() {
        return Objects.requireNonNull(dag, "open comes first");
    }

    /**
     * From where on, in each partition of {@code ledger.vertices}, the ledger has vertices still to verify. A good one from before that stands in the verified
     * log; what our ledger refuses, others refuse.
     */
    private Map<Integer, Long> unverified() {
        Map<Integer, Long> offsets = new HashMap<>();
        try (Admin admin = cluster.admin()) {
            admin.listConsumerGroupOffsets(LedgerStreams.APPLICATION_ID)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> {
                        if (partition.topic().equals(Topics.VERTICES.name()) && offset != null) {
                            offsets.put(partition.partition(), offset.offset());
                        }
                    });
            return offsets;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known
                    ? known
                    : new KafkaException("offsets of " + LedgerStreams.APPLICATION_ID, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * What we signed and the verified log did not show: what is not verified yet, and what was in transactions that are seen as committed only now. No search
     * goes back behind that, or a validator without a recent vertex would have all of history searched for one. What stands in the verified log before the part
     * that was read was committed, or is at or below the floor, and there nothing is signed any more. What the ledger let go of, or lost, is known to others: who
     * has any starts behind what they say ({@link VertexProducer#start(long)}).
     *
     * <p>Anybody may have sent something under our key: only what we signed counts.
     */
    private void takeOwn(Map<Integer, Long> notVerified) {
        verifiedRound = Math.max(verifiedRound, dag().floor());
        NavigableMap<Long, Vertex> unseen = new TreeMap<>();
        long read = consumer.position(verified);
        try (var last = new LastRecord(cluster.properties(), SEARCH)) {
            collect(last, Topics.VERIFIED, partition -> read, unseen);
            collect(last, Topics.VERTICES, partition -> notVerified.getOrDefault(partition, 0L), unseen);
        }
        unseen.tailMap(verifiedRound, false).values().forEach(this::takeVertex);
    }

    private void collect(
            LastRecord last, Topic<String, SignedVertex> topic, IntToLongFunction from, Map<Long, Vertex> found) {
        var unused = last.since(from, undecoded(topic), self.hex(), value -> {
            own(value).ifPresent(vertex -> found.put(vertex.round(), vertex));
            return false;
        });
    }

    private static Topic<String, byte[]> undecoded(Topic<String, SignedVertex> topic) {
        return new Topic<>(
                topic.name(),
                topic.keyText(),
                topic.valueText(),
                topic.keys(),
                Serdes.ByteArray(),
                topic.partitions(),
                topic.configs(),
                topic.writers(),
                topic.readers());
    }

    /** @throws UnknownSchemaException since the record may hold a vertex of ours, for a round that must not be signed again */
    private Optional<Vertex> own(byte[] value) {
        try {
            Vertex vertex = Vertex.parse(
                    networkId, Topics.VERTICES.values().deserializer().deserialize(Topics.VERTICES.name(), value));
            return vertex.producer().equals(self) && Ed25519.fastest().verify(self, vertex.id(), vertex.signature())
                    ? Optional.of(vertex)
                    : Optional.empty();
        } catch (UnknownSchemaException e) {
            throw e;
        } catch (MalformedRecordException e) {
            LOG.warn("a record of {} under our key is no vertex: {}", Topics.VERTICES.name(), e.getMessage());
            return Optional.empty();
        }
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        if (rec.topic().equals(Topics.TRANSACTIONS.name())) {
            takeTransaction(rec);
            return;
        }
        try {
            takeOrdered(rec);
        } catch (MalformedRecordException e) {
            // The ledger passes it over too.
            LOG.warn("{}-{} offset {} is not used: {}", rec.topic(), rec.partition(), rec.offset(), e.getMessage());
        } catch (SafetyViolationException e) {
            throw halted(e);
        }
    }

    private void takeOrdered(ConsumerRecord<String, byte[]> rec) throws SafetyViolationException {
        if (rec.topic().equals(Topics.VERIFIED.name())) {
            if (Topics.INSTALLED_KEY.equals(rec.key())) {
                return;
            }
            Vertex vertex = Vertex.parse(networkId, decode(Topics.VERIFIED, rec));
            if (vertex.producer().equals(self)) {
                verifiedRound = Math.max(verifiedRound, vertex.round());
            }
            takeVertex(vertex);
        } else if (rec.topic().equals(Topics.VALIDATORS.name())) {
            openEpochs = OpenEpochs.of(decode(Topics.VALIDATORS, rec));
            if (dag != null) {
                dag.take(openEpochs);
            }
        } else {
            CommitRecord commit = decode(Topics.COMMITS, rec);
            if (commit.getCheckpoint() != null) {
                checkpointIndex = commit.getCheckpoint().getIndex();
                checkpointRoot = Hash.of(commit.getCheckpoint().getRoot());
            }
            if (dag == null) {
                replayFromByRound.put(
                        commit.getLeaderRound(), commit.getPosition().getReplayFrom());
            }
        }
    }

    private void takeVertex(Vertex vertex) {
        if (vertex.producer().equals(self)) {
            signedRound = Math.max(signedRound, vertex.round());
            if (vertex.round() > dag().floor()) {
                queue().found(vertex);
            }
        }
        try {
            dag().take(vertex);
        } catch (SafetyViolationException e) {
            throw halted(e);
        }
    }

    private static IllegalStateException halted(SafetyViolationException e) {
        return new IllegalStateException("no vertex is made any more: " + e.getMessage(), e);
    }

    private void takeTransaction(ConsumerRecord<String, byte[]> rec) {
        var partition = new TopicPartition(rec.topic(), rec.partition());
        byte[] bytes = rec.value() == null ? new byte[0] : rec.value();
        try {
            byte[] transaction = TRANSACTION.encode(decode(Topics.TRANSACTIONS, rec));
            queue().read(Transaction.parse(networkId, transaction).id(), transaction, partition, rec.offset());
        } catch (MalformedRecordException e) {
            LOG.info("transaction at {} offset {} rejected: {}", partition, rec.offset(), e.getMessage());
            var input = RejectedInput.newBuilder()
                    .setReason("BAD_TRANSACTION")
                    .setDetail(String.valueOf(e.getMessage()))
                    .setLength(bytes.length)
                    .setBytes(ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, VerifyVertices.KEPT_BYTES)))
                    .setOrigin(new RecordPosition(rec.topic(), rec.partition(), rec.offset()))
                    .build();
            queue().refuse(new TransactionQueue.Rejection(
                    rec.key() == null ? "" : rec.key(), input, partition, rec.offset()));
        }
    }

    private static <V> V decode(Topic<String, V> topic, ConsumerRecord<String, byte[]> rec) {
        if (rec.value() == null) {
            throw new MalformedRecordException("a record without a value");
        }
        return topic.values().deserializer().deserialize(topic.name(), rec.value());
    }
}
