package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedTransaction;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Takes the transactions of peers into {@code ledger.transactions}. One that comes again is written again: it runs at most once, and whether the first copy
 * is still there is not known here.
 *
 * <p>Any thread.
 */
public final class Submissions implements AutoCloseable {
    private static final AvroBinary<SignedTransaction> RECORD = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final int BUFFER_BYTES = 4 << 20;
    private static final Duration END = Duration.ofSeconds(2);

    private final Producer<String, byte[]> producer;
    private final Hash networkId;
    private final SignatureCheck signatures;

    private Submissions(Producer<String, byte[]> producer, Hash networkId, SignatureCheck signatures) {
        this.producer = producer;
        this.networkId = networkId;
        this.signatures = signatures;
    }

    /** With a producer that gives up soon: the peer is told, and can try again elsewhere. */
    public static Submissions into(Cluster cluster, Hash networkId, SignatureCheck signatures) {
        Map<String, Object> config = cluster.producerConfig();
        config.putAll(Map.of(
                ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES,
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000));
        return new Submissions(
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer()), networkId, signatures);
    }

    /**
     * Returns the id once the cluster has the transaction.
     *
     * @throws MalformedRecordException when it is no transaction, or not signed by its sender for this network
     * @throws KafkaException when the cluster does not take it
     */
    Hash take(byte[] bytes) throws InterruptedException {
        Transaction transaction = Transaction.parse(networkId, bytes);
        if (!transaction.hasGoodSignature(signatures)) {
            throw new MalformedRecordException("the signature is not the sender's for this network");
        }
        try {
            producer.send(new ProducerRecord<>(
                            Topics.TRANSACTIONS.name(),
                            transaction.call().sender().hex(),
                            Cluster.encode(Topics.TRANSACTIONS, RECORD.decode(bytes))))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("transaction " + transaction.id() + " was not taken: " + e.getCause(), e);
        }
        return transaction.id();
    }

    @Override
    public void close() {
        producer.close(END);
    }
}
