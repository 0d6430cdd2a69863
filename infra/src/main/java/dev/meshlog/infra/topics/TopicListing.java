package dev.meshlog.infra.topics;

import static dev.meshlog.infra.topics.TopicProvisioning.get;

import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;

/** The catalogue's topics with what a cluster holds of them. */
public final class TopicListing {
    private final Admin admin;

    public TopicListing(Admin admin) {
        this.admin = admin;
    }

    /**
     * One topic.
     *
     * @param offsets sum over the partitions of last minus first offset: records plus transaction markers, before compaction
     * @param bytes on the disks of all replicas
     */
    public record Row(
            String topic,
            String key,
            String value,
            int partitions,
            String cleanup,
            boolean exists,
            long offsets,
            long bytes,
            List<String> writers,
            List<String> readers) {}

    public List<Row> rows() {
        var existing = get(admin.listTopics().names());
        var partitions = Topics.all().stream()
                .filter(topic -> existing.contains(topic.name()))
                .flatMap(topic -> java.util.stream.IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                .toList();
        Map<String, Long> last = offsets(partitions, OffsetSpec.latest());
        Map<String, Long> first = offsets(partitions, OffsetSpec.earliest());
        Map<String, Long> bytes = bytes();
        return Topics.all().stream()
                .map(topic -> row(topic, existing.contains(topic.name()), last, first, bytes))
                .toList();
    }

    private static Row row(
            Topic<String, ?> topic,
            boolean exists,
            Map<String, Long> last,
            Map<String, Long> first,
            Map<String, Long> bytes) {
        return new Row(
                topic.name(),
                topic.keyText(),
                topic.valueText(),
                topic.partitions(),
                Objects.requireNonNull(topic.configs().get(TopicConfig.CLEANUP_POLICY_CONFIG)),
                exists,
                last.getOrDefault(topic.name(), 0L) - first.getOrDefault(topic.name(), 0L),
                bytes.getOrDefault(topic.name(), 0L),
                topic.writers(),
                topic.readers());
    }

    private Map<String, Long> offsets(List<TopicPartition> partitions, OffsetSpec which) {
        var asked = new HashMap<TopicPartition, OffsetSpec>();
        partitions.forEach(partition -> asked.put(partition, which));
        var sums = new HashMap<String, Long>();
        get(admin.listOffsets(asked).all())
                .forEach((partition, info) -> sums.merge(partition.topic(), info.offset(), Long::sum));
        return sums;
    }

    private Map<String, Long> bytes() {
        var brokers = get(admin.describeCluster().nodes()).stream()
                .map(node -> node.id())
                .toList();
        var sums = new HashMap<String, Long>();
        get(admin.describeLogDirs(brokers).allDescriptions())
                .values()
                .forEach(directories -> directories
                        .values()
                        .forEach(directory -> directory
                                .replicaInfos()
                                .forEach((TopicPartition partition, ReplicaInfo replica) ->
                                        sums.merge(partition.topic(), replica.size(), Long::sum))));
        return sums;
    }
}
