package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.Following;
import dev.meshlog.ledger.state.InstalledParts;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.InstalledPart;
import dev.meshlog.schemas.ledger.SnapshotManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the verified log into the table from where the table ends, and forgets there what the log has no longer. */
final class VertexTail implements Following.Reader {
    /** How often an idle log is asked again. */
    static final int IDLE_MS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(VertexTail.class);
    private static final AvroBinary<SnapshotManifest> MANIFEST = new AvroBinary<>(SnapshotManifest.getClassSchema());
    private static final TopicPartition SOURCE = new TopicPartition(Topics.VERIFIED.name(), 0);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final Consumer<String, byte[]> consumer;
    private final VertexTable table;
    private final Function<ConsumerRecord<String, byte[]>, IndexedVertex> indexed;
    private final Duration retentionLook;
    private long next;
    private boolean behindGap;
    private long lookedAt = System.nanoTime();

    /**
     * Finds its place.
     *
     * @param table open
     * @param indexed throws {@link MalformedRecordException} for a record that is no vertex
     * @throws DamagedIndexException when the table is of a longer log
     */
    VertexTail(
            Consumer<String, byte[]> consumer,
            VertexTable table,
            Function<ConsumerRecord<String, byte[]>, IndexedVertex> indexed,
            Duration retentionLook) {
        this.consumer = consumer;
        this.table = table;
        this.indexed = indexed;
        this.retentionLook = retentionLook;
        try {
            consumer.assign(List.of(SOURCE));
            findPlace();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void findPlace() {
        long begin = begin();
        long end = consumer.endOffsets(List.of(SOURCE), ANSWER).getOrDefault(SOURCE, 0L);
        next = table.next().orElse(0);
        if (next > end) {
            table.condemn();
            table.requireWhole();
        }
        table.forgetBefore(begin);
        if (next < begin) {
            next = begin;
            behindGap = true;
        }
        consumer.seek(SOURCE, next);
    }

    @Override
    public void step() {
        table.requireWhole();
        List<IndexedVertex> vertices = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL).records(SOURCE)) {
            try {
                if (Topics.INSTALLED_KEY.equals(rec.key())) {
                    forgetWhatLedTo(Topics.INSTALLED.decode(rec.value()));
                } else {
                    vertices.add(indexed.apply(rec));
                }
            } catch (MalformedRecordException e) {
                LOG.warn("{} offset {} is passed over: {}", rec.topic(), rec.offset(), e.getMessage());
            }
        }
        long position = consumer.position(SOURCE);
        if (position > next) {
            table.add(vertices, position, behindGap);
            next = position;
            behindGap &= vertices.isEmpty();
        }
        if (System.nanoTime() - lookedAt >= retentionLook.toNanos()) {
            table.forgetBefore(begin());
            lookedAt = System.nanoTime();
        }
    }

    /** The vertices up to an installed state are not in this log, or not all of them. */
    private void forgetWhatLedTo(InstalledPart part) {
        if (part.getIndex() == InstalledParts.MANIFEST) {
            table.goneUpTo(MANIFEST.decode(Buffers.array(part.getContent())).getLeaderRound());
        }
    }

    private long begin() {
        return consumer.beginningOffsets(List.of(SOURCE), ANSWER).getOrDefault(SOURCE, 0L);
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSING));
    }
}
