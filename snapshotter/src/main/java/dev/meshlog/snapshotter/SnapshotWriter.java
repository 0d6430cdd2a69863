package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of a network's snapshots in a cluster. A later one fences it, so that never two of them write or remove. Records wait until a batch
 * is full and then become visible together; the transaction is open only while they are sent, so that a pause of the process can't let it
 * lapse in between. One thread at a time.
 */
final class SnapshotWriter implements AutoCloseable {
    private static final long BATCH_BYTES = 16 << 20;
    private static final int BATCH_RECORDS = 1_000;
    private static final int ATTEMPTS = 3;

    private final String transactionalId;
    private final Producer<String, byte[]> producer;
    private final Visibility visibility;
    private final List<ProducerRecord<String, byte[]>> batch = new ArrayList<>();
    private long batchBytes;

    /** From now on earlier writers of the same network are fenced, and what they had not committed is gone. */
    SnapshotWriter(Cluster cluster, Hash networkId) {
        transactionalId = transactionalId(networkId);
        producer = cluster.transactionalProducer(transactionalId);
        visibility = new Visibility(cluster);
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    static String transactionalId(Hash networkId) {
        return "meshlog-snapshotter-" + networkId.hex();
    }

    /**
     * Visible after the next {@link #commit()}, maybe earlier.
     *
     * @param value null: a tombstone
     */
    void write(Topic<String, ?> topic, String key, byte @Nullable [] value) {
        int bytes = value == null ? 0 : value.length;
        if (batchBytes + bytes > BATCH_BYTES || batch.size() == BATCH_RECORDS) {
            commit();
        }
        batch.add(new ProducerRecord<>(topic.name(), key, value));
        batchBytes += bytes;
    }

    /** Returns when every reader sees everything. @throws FencedException when another writer has taken over */
    void commit() {
        if (batch.isEmpty()) {
            return;
        }
        for (int attempt = 1; !attempt(attempt == ATTEMPTS); attempt++) {}
        batch.clear();
        batchBytes = 0;
    }

    /** Returns whether it is done; the records are the same however often they are sent. */
    private boolean attempt(boolean last) {
        try {
            producer.beginTransaction();
            List<Future<RecordMetadata>> sent =
                    batch.stream().map(producer::send).toList();
            producer.commitTransaction();
            visibility.await(sent);
            return true;
        } catch (ProducerFencedException e) {
            throw new FencedException(transactionalId, e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the snapshot was not written, the cluster does not answer: " + e, e);
        } catch (KafkaException e) {
            abort();
            if (last) {
                throw new IllegalStateException("the snapshot was not written: " + e, e);
            }
            return false;
        }
    }

    /** A transaction that lapsed looks like one that was fenced, until it is aborted. */
    private void abort() {
        try {
            producer.abortTransaction();
        } catch (ProducerFencedException e) {
            throw new FencedException(transactionalId, e);
        }
    }

    @Override
    public void close() {
        producer.close();
        visibility.close();
    }
}
