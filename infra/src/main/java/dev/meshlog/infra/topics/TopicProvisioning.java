package dev.meshlog.infra.topics;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Brings a cluster's topics in line with the catalogue. */
public final class TopicProvisioning {
    private final Admin admin;

    public TopicProvisioning(Admin admin) {
        this.admin = admin;
    }

    /** One difference between the catalogue and the cluster. */
    public record Drift(String topic, String what, String wanted, String actual) {}

    /**
     * Makes what is missing and sets what differs; a number of partitions is never changed. Returns what was done.
     *
     * @throws UserError when a topic has another number of partitions; nothing was changed then
     */
    public List<Drift> apply() {
        List<Drift> drifts = diff();
        for (Drift drift : drifts) {
            if (drift.what().equals("partitions")) {
                throw new UserError(
                        "topic %s has %s partitions, the catalogue says %s"
                                .formatted(drift.topic(), drift.actual(), drift.wanted()),
                        "keys would move between partitions: make the topic again, or use a cluster of its own");
            }
        }
        var missing = drifts.stream()
                .filter(drift -> drift.what().equals("topic"))
                .map(Drift::topic)
                .collect(Collectors.toSet());
        List<NewTopic> creations = Topics.all().stream()
                .filter(topic -> missing.contains(topic.name()))
                .map(topic -> new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty())
                        .configs(topic.configs()))
                .toList();
        admin.createTopics(creations).values().forEach((name, creation) -> createdUnlessThere(creation));
        Map<ConfigResource, java.util.Collection<AlterConfigOp>> changes = drifts.stream()
                .filter(drift -> !drift.what().equals("topic"))
                .collect(Collectors.groupingBy(
                        drift -> new ConfigResource(ConfigResource.Type.TOPIC, drift.topic()),
                        Collectors.mapping(
                                drift -> new AlterConfigOp(
                                        new ConfigEntry(drift.what(), drift.wanted()), AlterConfigOp.OpType.SET),
                                Collectors.toCollection(ArrayList::new))));
        if (!changes.isEmpty()) {
            get(admin.incrementalAlterConfigs(changes).all());
        }
        return drifts;
    }

    /** What differs, in the order of the catalogue. */
    public List<Drift> diff() {
        var existing = get(admin.listTopics().names());
        var present = Topics.all().stream()
                .filter(topic -> existing.contains(topic.name()))
                .toList();
        Map<String, TopicDescription> descriptions = get(
                admin.describeTopics(present.stream().map(Topic::name).toList()).allTopicNames());
        Map<String, org.apache.kafka.clients.admin.Config> configs = get(admin.describeConfigs(present.stream()
                                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                                .toList())
                        .all())
                .entrySet()
                .stream()
                .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
        var drifts = new ArrayList<Drift>();
        for (Topic<String, ?> topic : Topics.all()) {
            TopicDescription description = descriptions.get(topic.name());
            if (description == null) {
                drifts.add(new Drift(topic.name(), "topic", "there", "missing"));
                continue;
            }
            int partitions = description.partitions().size();
            if (partitions != topic.partitions()) {
                drifts.add(new Drift(
                        topic.name(),
                        "partitions",
                        Integer.toString(topic.partitions()),
                        Integer.toString(partitions)));
            }
            Map<String, String> actual = Objects.requireNonNull(configs.get(topic.name())).entries().stream()
                    .filter(entry -> topic.configs().containsKey(entry.name()))
                    .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
            topic.configs().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .filter(wanted -> !wanted.getValue().equals(actual.get(wanted.getKey())))
                    .map(wanted -> new Drift(
                            topic.name(),
                            wanted.getKey(),
                            wanted.getValue(),
                            String.valueOf(actual.get(wanted.getKey()))))
                    .forEach(drifts::add);
        }
        return drifts;
    }

    private static void createdUnlessThere(KafkaFuture<Void> creation) {
        try {
            get(creation);
        } catch (IllegalStateException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    /** Waits for an answer of the cluster. */
    static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the cluster refuses: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the cluster", e);
        }
    }
}
