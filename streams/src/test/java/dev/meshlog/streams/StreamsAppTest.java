package dev.meshlog.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsAppTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    /** What was task 0 is task 1 then: the assignment of before would give it a topic that it does not read. */
    @Test
    void instanceThatComesBackWithAnotherTopologyWorks() throws Exception {
        try (var broker = TestBroker.start(directory.resolve("broker"))) {
            try (var admin = broker.cluster().admin()) {
                admin.createTopics(List.of(new NewTopic("one", 2, (short) 1), new NewTopic("two", 2, (short) 1)))
                        .all()
                        .get();
            }
            Properties properties = StreamsSettings.exactlyOnce(
                    broker.cluster().properties(), "changing", directory.resolve("state"), "here");
            // The least that a broker allows.
            properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
            runs(reading("two"), properties);
            runs(reading("one", "two"), properties);
        }
    }

    private static void runs(Topology topology, Properties properties) throws InterruptedException {
        try (var app = new StreamsApp("test", topology, properties)) {
            app.start();
            assertThat(app.awaitRunning(PATIENCE)).as("%s", app.failure()).isTrue();
        }
    }

    private static Topology reading(String... topics) {
        var builder = new StreamsBuilder();
        for (String topic : topics) {
            builder.stream(
                            topic,
                            Consumed.with(Serdes.String(), Serdes.String()).withName("read-" + topic))
                    .foreach((key, value) -> {}, Named.as("pass-" + topic));
        }
        return builder.build();
    }
}
