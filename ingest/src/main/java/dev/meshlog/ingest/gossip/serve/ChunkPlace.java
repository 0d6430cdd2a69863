package dev.meshlog.ingest.gossip.serve;

import org.apache.kafka.common.TopicPartition;

/** Where a chunk stands. */
record ChunkPlace(TopicPartition partition, long offset) {}
