package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.MeshlogProcess;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsCatCommandTest {
    /** When the first record was written, in ms; each of the others is a second later. */
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;
    private static Cluster cluster;

    /** Offset 0 a, 1 b, 2 a; the tombstone of b at 3; all in partition 1 of 2. */
    @BeforeAll
    static void fill() throws Exception {
        broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
        cluster = Cluster.at(broker.bootstrapServers());
        try (Admin admin = cluster.admin()) {
            for (String topic : List.of("links", "open", "growing")) {
                // The records are of a day long ago.
                var kept = Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1");
                admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1).configs(kept)))
                        .all()
                        .get();
            }
        }
        write("links", 0, "a", event("first"));
        write("links", 1, "b", event("second"));
        write("links", 2, "a", event("third"));
        write("links", 3, "b", null);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void recordIsItsKeyAndItsValueAsJson() {
        assertThat(cat("links"))
                .hasSize(4)
                .startsWith(
                        "a\t{\"network\":\"n\",\"link\":\"l\",\"kind\":\"OPENED\",\"detail\":\"first\",\"ownNode\":null,\"counters\":{},\"facts\":{},\"atMs\":0}")
                .endsWith("b\tnull");
    }

    @Test
    void jsonHasThePlaceOfTheRecordToo() throws IOException {
        JsonNode record =
                new ObjectMapper().readTree(cat("links", "--json", "--max", "1").get(0));
        assertThat(record.fieldNames())
                .toIterable()
                .containsExactly("topic", "partition", "offset", "timestamp", "key", "value");
        assertThat(record.get("partition").intValue()).isEqualTo(1);
        assertThat(record.get("timestamp").longValue()).isEqualTo(START);
        assertThat(record.get("value").get("detail").textValue()).isEqualTo("first");
    }

    @Test
    void readingBeginsWhereItIsTold() {
        assertThat(cat("links", "--from", "2")).hasSize(2);
        assertThat(cat("links", "--from", "99")).isEmpty();
        assertThat(cat("links", "--from", "end")).isEmpty();
        assertThat(cat("links", "--from", "2026-01-01T00:00:01Z")).hasSize(3);
        assertThat(cat("links", "--from", "2026-01-01T01:00:01.500+01:00")).hasSize(2);
        assertThat(cat("links", "--from", "2027-01-01T00:00:00Z")).isEmpty();
    }

    @Test
    void keyAndPartitionAndNumberChoose() {
        assertThat(cat("links", "--key", "a")).hasSize(2).allMatch(line -> line.startsWith("a\t"));
        assertThat(cat("links", "--key", "c")).isEmpty();
        assertThat(cat("links", "--partition", "0")).isEmpty();
        assertThat(cat("links", "--partition", "1")).hasSize(4);
        assertThat(cat("links", "--key", "b", "--max", "1"))
                .singleElement()
                .asString()
                .contains("second");
    }

    @Test
    void openTransactionIsShownOnlyWhenAskedFor() throws ExecutionException, InterruptedException {
        try (var producer = cluster.transactionalProducer("cat-test")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("open", 0, "k", event("open"))).get();
            assertThat(cat("open")).isEmpty();
            assertThat(cat("open", "--isolation", "read_uncommitted")).hasSize(1);
            producer.abortTransaction();
        }
        assertThat(cat("open")).isEmpty();
    }

    @Test
    void followingShowsWhatIsWrittenLater() throws Exception {
        write("growing", 0, "k", event("before"));
        try (var process = MeshlogProcess.start(
                directory,
                "topics",
                "cat",
                "growing",
                "--follow",
                "--max",
                "2",
                "--bootstrap-servers",
                broker.bootstrapServers())) {
            process.awaitPrinted("before");
            write("growing", 1, "k", event("after"));
            assertThat(process.awaitEnd(Duration.ofMinutes(1)).out()).contains("after");
        }
    }

    @Test
    void mistakesAreNamed() {
        assertThat(run(1, "none")).contains("has no topic none");
        assertThat(run(1, "links", "--partition", "2")).contains("no partition 2", "it has 2");
        assertThat(run(2, "links", "--from", "yesterday")).contains("none of: beginning, end, an offset, a time");
        assertThat(run(2, "links", "--max", "0")).contains("--max");
        assertThat(run(2, "links", "--isolation", "dirty")).contains("--isolation");
    }

    private static List<String> cat(String... arguments) {
        return run(0, arguments).lines().toList();
    }

    /** What is printed: to standard error when the command is to fail. */
    private static String run(int exitCode, String... arguments) {
        var all = new ArrayList<>(List.of("topics", "cat"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(new String[0]));
        assertThat(code).as("%s %s", out, err).isEqualTo(exitCode);
        return exitCode == 0 ? out.toString() : err.toString();
    }

    private static void write(String topic, int seconds, String key, byte @Nullable [] value) throws Exception {
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<String, byte @Nullable []>(topic, 1, START + seconds * 1_000L, key, value))
                    .get();
        }
    }

    private static byte[] event(String detail) {
        return Cluster.encode(
                Topics.LINKS,
                new LinkEvent("n", "l", LinkEventKind.OPENED, detail, null, Map.of(), Map.of(), Instant.EPOCH));
    }
}
