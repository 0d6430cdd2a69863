package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TopicReaderTest {
    private static final TopicPartition PARTITION = new TopicPartition("growing", 0);

    private final MockConsumer<String, String> consumer = new MockConsumer<>("none");
    private final List<Long> seen = new ArrayList<>();

    @Test
    void whatIsCommittedWhileItReadsIsPassedOverByNoReader() {
        consumer.assign(List.of(PARTITION));
        consumer.seek(PARTITION, 0);
        write(0, 2);
        // The end that is asked for first is that of two records; the third is there when they are fetched.
        consumer.updateEndOffsets(Map.of(PARTITION, 2L));
        consumer.schedulePollTask(() -> write(2, 3));
        read();

        write(3, 5);
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));
        read();
        assertThat(seen).isEqualTo(LongStream.range(0, 5).boxed().toList());
    }

    private void write(long from, long to) {
        for (long offset = from; offset < to; offset++) {
            consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), offset, "key", "value"));
        }
    }

    private void read() {
        TopicReader.readToEnd(consumer, List.of(PARTITION), rec -> seen.add(rec.offset()));
    }
}
