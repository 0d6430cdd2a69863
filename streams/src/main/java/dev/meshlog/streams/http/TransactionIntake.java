package dev.meshlog.streams.http;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.Limits;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedTransaction;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes signed transactions into {@code ledger.transactions}. What could never be executed is refused before it is written; what is answered with
 * "accepted" is acknowledged by all replicas. At most a fixed number waits for the cluster at any time.
 *
 * <p>Any thread.
 */
final class TransactionIntake implements AutoCloseable {
    static final int MAX_IN_FLIGHT = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(TransactionIntake.class);
    private static final AvroBinary<SignedTransaction> RECORD = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final int BUFFER_BYTES = 16 << 20;

    private final GenesisConfig genesis;
    private final Hash networkId;
    private final Producer<String, byte[]> producer;
    private final int limit;
    private final Semaphore free;

    /** @param limit how many transactions may wait for their acknowledgement */
    TransactionIntake(GenesisConfig genesis, Producer<String, byte[]> producer, int limit) {
        this.genesis = genesis;
        this.networkId = genesis.networkId();
        this.producer = producer;
        this.limit = limit;
        this.free = new Semaphore(limit);
    }

    /** With a producer that gives up soon: the client is told and can try again, whereas a full buffer helps nobody. */
    static TransactionIntake into(Cluster cluster, GenesisConfig genesis) {
        var config = cluster.producerConfig();
        config.putAll(Map.of(
                ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000));
        return new TransactionIntake(
                genesis, new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer()), MAX_IN_FLIGHT);
    }

    /**
     * The transaction, if it could be executed now as far as it says itself.
     *
     * @throws Refusal with the code that the ledger would give
     */
    Transaction check(byte[] bytes, ChainHead head) {
        if (bytes.length > Limits.TRANSACTION_BYTES) {
            throw Refusal.tooLarge(Limits.TRANSACTION_BYTES);
        }
        Transaction transaction;
        try {
            transaction = Transaction.parse(networkId, bytes);
        } catch (MalformedRecordException e) {
            throw refused(ResultCode.MALFORMED, "Found: " + e.getMessage() + ".");
        }
        if (!transaction.hasGoodSignature(Ed25519.fastest())) {
            throw refused(ResultCode.BAD_SIGNATURE, "The id covers the network, which is " + networkId + " here.");
        }
        long validUntil = transaction.call().validUntilRound();
        if (validUntil < head.leaderRound()) {
            throw refused(ResultCode.EXPIRED, "It is " + validUntil + ", the round is " + head.leaderRound() + ".");
        }
        if (validUntil - head.leaderRound() > genesis.maxTxValidity()) {
            throw refused(
                    ResultCode.VALID_TOO_LONG,
                    "It is " + validUntil + ", at round " + head.leaderRound() + " at most "
                            + (head.leaderRound() + genesis.maxTxValidity()) + ".");
        }
        return transaction;
    }

    private static Refusal refused(ResultCode code, String detail) {
        return Refusal.badRequest(code.name(), code.sentence() + " " + detail);
    }

    /**
     * Writes the transaction.
     *
     * @param done called once, in the producer's thread: with 202 when the cluster has the transaction, else with what to do
     * @throws Refusal when too many are under way
     */
    void write(Transaction transaction, Consumer<Reply> done) {
        if (!free.tryAcquire()) {
            throw Refusal.tooMany(limit + " transactions wait for the cluster already.");
        }
        var rec = new ProducerRecord<>(
                Topics.TRANSACTIONS.name(),
                transaction.call().sender().hex(),
                Cluster.encode(Topics.TRANSACTIONS, RECORD.decode(transaction.bytes())));
        try {
            var unused = producer.send(rec, (metadata, failure) -> {
                free.release();
                done.accept(failure == null ? accepted(transaction) : notWritten(transaction, failure));
            });
        } catch (KafkaException e) {
            // The callback is called for errors of the cluster, not when the record does not even reach the buffer.
            free.release();
            done.accept(notWritten(transaction, e));
        }
    }

    int inFlight() {
        return limit - free.availablePermits();
    }

    private static Reply accepted(Transaction transaction) {
        String id = transaction.id().hex();
        return Reply.json(202, LedgerJson.object().put("id", id).put("result", "/transactions/" + id))
                .with("Location", "/transactions/" + id);
    }

    private static Reply notWritten(Transaction transaction, Exception why) {
        LOG.warn("transaction {} could not be written: {}", transaction.id(), why.toString());
        return Refusal.notReady(
                        "The cluster did not acknowledge the transaction. Send the same bytes again: they run at most once.")
                .reply();
    }

    @Override
    public void close() {
        producer.close(java.time.Duration.ofSeconds(2));
    }
}
