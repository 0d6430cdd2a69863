package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads vertices, and verifies them if asked to, on several threads ahead of the one that applies them; they come out in the order of the log. How
 * many are under way is for the owner to bound. One thread at a time.
 */
final class VertexIntake implements AutoCloseable {
    private final GenesisConfig genesis;
    private final @Nullable Signatures signatures;
    private final ExecutorService workers;
    private final Queue<Waiting> queue = new ArrayDeque<>();

    private record Waiting(ConsumerRecord<String, byte[]> rec, Future<Result> result) {}

    /** @param passedOver why the ledger does not see this record; null when it does */
    private record Result(@Nullable Vertex vertex, @Nullable String passedOver) {}

    /**
     * A record of the log, read.
     *
     * @param passedOver why the ledger does not see it; null when it does
     */
    record Taken(
            long offset,
            long timestampMs,
            @Nullable Vertex vertex,
            @Nullable String passedOver) {}

    /** @param signatures null: the log is believed to hold valid vertices only */
    VertexIntake(GenesisConfig genesis, @Nullable Signatures signatures, int threads) {
        this.genesis = genesis;
        this.signatures = signatures;
        this.workers = Executors.newFixedThreadPool(threads, task -> {
            var thread = new Thread(task, "meshlog-vertices");
            thread.setDaemon(true);
            return thread;
        });
    }

    void add(ConsumerRecord<String, byte[]> rec) {
        queue.add(new Waiting(rec, workers.submit(() -> read(rec))));
    }

    int size() {
        return queue.size();
    }

    /**
     * The next vertex; waits for it.
     *
     * @throws RecoveryException VERTEX_INVALID
     */
    Taken take() {
        Waiting next = queue.remove();
        try {
            Result result = next.result().get();
            return new Taken(next.rec().offset(), next.rec().timestamp(), result.vertex(), result.passedOver());
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException("vertex at offset " + next.rec().offset(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading vertices", e);
        }
    }

    private Result read(ConsumerRecord<String, byte[]> rec) {
        SignedVertex record;
        Vertex vertex;
        try {
            if (rec.value() == null) {
                return new Result(null, "a record without a value");
            }
            record = Topics.VERIFIED.values().deserializer().deserialize(rec.topic(), rec.value());
            vertex = Vertex.parse(genesis.networkId(), record);
        } catch (MalformedRecordException e) {
            return new Result(null, String.valueOf(e.getMessage()));
        }
        if (signatures != null) {
            if (signatures.vertices().verify(record) instanceof Verdict.Invalid invalid) {
                throw new RecoveryException(
                        RecoveryFailure.VERTEX_INVALID,
                        "%s offset %d: %s, %s."
                                .formatted(rec.topic(), rec.offset(), invalid.reason(), invalid.detail()));
            }
            vertex.transactions().forEach(signatures::verifyAhead);
        }
        return new Result(vertex, null);
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
