package dev.meshlog.schemas;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/**
 * Which log the offsets of a snapshot mean: a topic that was deleted and made again has another id.
 *
 * @param topicId of {@code ledger.vertices.verified}
 */
public record LogIdentity(String clusterId, String topicId) {
    public static LogIdentity of(Cluster cluster) {
        try (Admin admin = cluster.admin()) {
            String topic = Topics.VERIFIED.name();
            return new LogIdentity(
                    admin.describeCluster().clusterId().get(),
                    Objects.requireNonNull(admin.describeTopics(List.of(topic))
                                    .allTopicNames()
                                    .get()
                                    .get(topic))
                            .topicId()
                            .toString());
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "asking the cluster for " + Topics.VERIFIED.name() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the cluster", e);
        }
    }
}
