package dev.meshlog.streams;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A line for each store whose state comes back from Kafka, and for each tenth of a large one. */
final class RestoreLog implements StateRestoreListener {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreLog.class);
    private static final long LARGE = 100_000;

    private final String app;

    RestoreLog(String app) {
        this.app = app;
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
        if (to > from) {
            LOG.info("{}: restoring store {} from {}, {} offsets", app, store, partition, to - from);
        }
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long to, long records) {
        if (to / LARGE != (to - records) / LARGE) {
            LOG.info("{}: store {} restored up to offset {} of {}", app, store, to, partition);
        }
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long records) {
        if (records > 0) {
            LOG.info("{}: store {} is back, {} records from {}", app, store, records, partition);
        }
    }
}
