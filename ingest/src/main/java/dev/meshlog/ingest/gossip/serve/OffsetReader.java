package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.schemas.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads records whose offsets are known. Those that lie close together come with one fetch. Each call has a consumer for itself, of which a few are
 * kept for the next ones; a consumer holds about 1 MiB of what it fetched, and a few unpacked records.
 *
 * <p>Any thread.
 */
final class OffsetReader implements AutoCloseable {
    private static final int KEPT = 4;
    private static final int FETCH_BYTES = 1 << 20;
    private static final int FETCH_WAIT_MS = 50;

    /** A fetch is bounded before it is unpacked, and zeros pack well. */
    private static final int POLLED = 64;

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Records that are read over rather than jumped over: a jump throws away what was fetched already. */
    private static final int NEAR = 100;

    private final Cluster cluster;
    private final BlockingQueue<Consumer<String, byte[]>> idle = new ArrayBlockingQueue<>(KEPT);
    private volatile boolean closed;

    /** Takes one record. */
    @FunctionalInterface
    interface Visitor {
        void take(ConsumerRecord<String, byte[]> rec) throws PeerException, InterruptedException;
    }

    OffsetReader(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Of committed records as they are, in small portions. */
    static Consumer<String, byte[]> consumer(Cluster cluster, int fetchWaitMs) {
        Map<String, Object> config = cluster.consumerConfig();
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, fetchWaitMs);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLLED);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Shows the records in the order of their offsets.
     *
     * @param offsets ascending
     * @return false: some are not there any more
     * @throws org.apache.kafka.common.KafkaException when the cluster does not answer
     */
    boolean read(TopicPartition partition, long[] offsets, Visitor visitor) throws PeerException, InterruptedException {
        if (offsets.length == 0) {
            return true;
        }
        return with(consumer -> {
            consumer.assign(List.of(partition));
            return new Reading(consumer, partition, offsets).run(visitor);
        });
    }

    /** Where the next committed record of a partition will stand. */
    long end(TopicPartition partition) throws PeerException, InterruptedException {
        return with(consumer -> {
            consumer.assign(List.of(partition));
            return end(consumer, partition);
        });
    }

    /** Of a partition that is assigned: the client complains of any other. */
    private static long end(Consumer<String, byte[]> consumer, TopicPartition partition) {
        return consumer.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
    }

    private interface Use<T> {
        T of(Consumer<String, byte[]> consumer) throws PeerException, InterruptedException;
    }

    private <T> T with(Use<T> use) throws PeerException, InterruptedException {
        Consumer<String, byte[]> kept = idle.poll();
        Consumer<String, byte[]> consumer = kept == null ? consumer(cluster, FETCH_WAIT_MS) : kept;
        boolean isGood = true;
        try {
            return use.of(consumer);
        } catch (RuntimeException e) {
            isGood = false;
            throw e;
        } finally {
            giveBack(consumer, isGood);
        }
    }

    private void giveBack(Consumer<String, byte[]> consumer, boolean isGood) {
        boolean interrupted = Thread.interrupted();
        if (isGood) {
            consumer.unsubscribe();
        }
        if (!isGood || closed || !idle.offer(consumer)) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
        if (closed) {
            close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (var each = idle.poll(); each != null; each = idle.poll()) {
            each.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    /** One call. */
    private static final class Reading {
        private final Consumer<String, byte[]> consumer;
        private final TopicPartition partition;
        private final long[] offsets;
        private int next;
        private int found;

        Reading(Consumer<String, byte[]> consumer, TopicPartition partition, long[] offsets) {
            this.consumer = consumer;
            this.partition = partition;
            this.offsets = offsets;
        }

        boolean run(Visitor visitor) throws PeerException, InterruptedException {
            long end = end(consumer, partition);
            consumer.seek(partition, offsets[0]);
            long waitingSince = System.nanoTime();
            while (next < offsets.length && offsets[next] < end) {
                long from = consumer.position(partition);
                if (offsets[next] - from > NEAR) {
                    consumer.seek(partition, offsets[next]);
                }
                takeOnePoll(visitor);
                // What the position has passed without having shown it was deleted or compacted away.
                passOver(consumer.position(partition));
                if (consumer.position(partition) > from) {
                    waitingSince = System.nanoTime();
                } else if (System.nanoTime() - waitingSince > PATIENCE.toNanos()) {
                    throw new TimeoutException(
                            partition + " offset " + offsets[next] + ": nothing came for " + PATIENCE);
                }
            }
            return found == offsets.length;
        }

        private void takeOnePoll(Visitor visitor) throws PeerException, InterruptedException {
            try {
                for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL).records(partition)) {
                    passOver(rec.offset());
                    if (next < offsets.length && offsets[next] == rec.offset()) {
                        next++;
                        found++;
                        visitor.take(rec);
                    }
                }
            } catch (OffsetOutOfRangeException e) {
                consumer.seekToBeginning(List.of(partition));
            }
        }

        private void passOver(long offset) {
            while (next < offsets.length && offsets[next] < offset) {
                next++;
            }
        }
    }
}
