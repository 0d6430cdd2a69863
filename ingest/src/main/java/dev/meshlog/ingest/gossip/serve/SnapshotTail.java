package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ingest.Following;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the topics of snapshots into the tables, from their beginning, and gives back the snapshots that no peer asks for any more. */
final class SnapshotTail implements Following.Reader {
    /** How often idle topics are asked again. */
    static final int IDLE_MS = 500;

    private static final TopicPartition MANIFESTS = new TopicPartition(Topics.MANIFESTS.name(), 0);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final Consumer<String, byte[]> consumer;
    private final SnapshotTables tables;
    private final SnapshotHolds holds;

    SnapshotTail(Consumer<String, byte[]> consumer, SnapshotTables tables, SnapshotHolds holds) {
        this.consumer = consumer;
        this.tables = tables;
        this.holds = holds;
        try {
            List<TopicPartition> all = new ArrayList<>(TopicReader.partitions(consumer, Topics.MANIFESTS));
            all.addAll(TopicReader.partitions(consumer, Topics.CHUNKS));
            consumer.assign(all);
            consumer.seekToBeginning(all);
            tables.clear();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void step() {
        for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL)) {
            tables.take(rec);
        }
        tables.manifestsRead(consumer.position(MANIFESTS));
        holds.giveBack();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSING));
    }
}
