package dev.meshlog.schemas.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.schemas.RandomRecords;
import dev.meshlog.schemas.SchemaStore;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's console consumer as a process of its own, with nothing of ours on its class path but the one jar. */
class KafkaToolsJarIT {
    private static final String JAR = "target/meshlog-kafka-tools.jar";

    /** A schema that no build has: it can only come from {@code meshlog.schemas}. */
    private static final Schema LATER = SchemaBuilder.record("Later")
            .namespace("dev.meshlog.schemas.radio")
            .fields()
            .requiredString("network")
            .requiredBytes("bytes")
            .endRecord();

    @TempDir
    private static Path directory;

    private static TestBroker broker;

    @BeforeAll
    static void fill() throws Exception {
        broker = TestBroker.start(directory.resolve("broker"));
        broker.recreateTopics();
        new SchemaTopic(broker.cluster()).publish();
        broker.write(
                Topics.SCHEMAS,
                SchemaStore.text(SchemaStore.fingerprint(LATER)),
                LATER.toString().getBytes(UTF_8));
        long seed = new Random().nextLong();
        for (Topic<String, ?> topic : Topics.all()) {
            Topics.valueSchemas().stream()
                    .filter(schema -> schema.getName().equals(topic.valueText()))
                    .forEach(schema -> broker.write(
                            topic,
                            "key",
                            singleObject(
                                    schema, RandomRecords.of(schema, 1, seed).get(0))));
        }
        broker.write(Topics.NODES, "n/!00000001", null);
        broker.write(Topics.NODES, "n/!00000002", singleObject(LATER, new byte[] {2, 'n', 4, 1, 2}));
        broker.write(Topics.NODES, "n/!00000003", new byte[] {7});
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void consoleConsumerPrintsEveryTopicAsJson() throws Exception {
        int records = Topics.all().stream()
                .mapToInt(topic -> broker.undecoded(topic).size())
                .sum();
        List<String> lines = console(
                "--include",
                Topics.all().stream().map(Topic::name).collect(Collectors.joining("|")),
                "--max-messages",
                Integer.toString(records),
                "--formatter",
                MeshlogFormatter.class.getName(),
                "--formatter-property",
                "print.key=true",
                "--formatter-property",
                "bootstrap.servers=" + broker.cluster().bootstrapServers());

        assertThat(lines).hasSize(records).contains("n/!00000001\tnull");
        assertThat(lines)
                .as("found in meshlog.schemas")
                .contains("n/!00000002\t{\"network\":\"n\",\"bytes\":\"0102\"}");
        List<String> undecoded = new ArrayList<>();
        for (String line : lines) {
            JsonNode value = new ObjectMapper().readTree(line.substring(line.indexOf('\t')));
            if (value.has("error")) {
                undecoded.add(line);
            } else {
                assertThat(value.isObject() || value.isNull()).as(line).isTrue();
            }
        }
        assertThat(undecoded)
                .containsExactly(
                        "n/!00000003\t{\"error\":\"no Avro single-object header (C3 01) in 1 bytes\",\"length\":1,\"hex\":\"07\"}");
    }

    @Test
    void deserializerDoesTheSameForKafkasOwnFormatter() throws Exception {
        List<String> lines = console(
                "--topic",
                Topics.NODES.name(),
                "--max-messages",
                Integer.toString(broker.undecoded(Topics.NODES).size()),
                "--key-deserializer",
                MeshlogDeserializer.class.getName(),
                "--value-deserializer",
                MeshlogDeserializer.class.getName(),
                "--formatter-property",
                "print.key=true",
                "--formatter-property",
                "value.deserializer.bootstrap.servers=" + broker.cluster().bootstrapServers());

        assertThat(lines)
                .contains("n/!00000001\tnull", "n/!00000002\t{\"network\":\"n\",\"bytes\":\"0102\"}")
                .anyMatch(line -> line.startsWith("key\t{\"network\":"));
    }

    private static List<String> console(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                "--bootstrap-server",
                broker.cluster().bootstrapServers(),
                "--from-beginning",
                "--timeout-ms",
                "60000"));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "console", ".out");
        Path err = Files.createTempFile(directory, "console", ".err");
        var builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("CLASSPATH", toolClassPath());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readAllLines(out);
    }

    /** What Kafka has in its own folder of libraries, and our jar in front: there is neither Avro nor protobuf nor a class of ours besides. */
    private static String toolClassPath() {
        String whole = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String kafkas = Arrays.stream(whole.split(File.pathSeparator, -1))
                .filter(entry -> entry.endsWith(".jar"))
                .filter(entry ->
                        List.of("kafka", "jopt-simple", "slf4j-api", "jackson", "zstd", "lz4", "snappy").stream()
                                .anyMatch(Path.of(entry).getFileName().toString()::contains))
                .collect(Collectors.joining(File.pathSeparator));
        return Path.of(JAR).toAbsolutePath() + File.pathSeparator + kafkas;
    }

    private static byte[] singleObject(Schema schema, byte[] body) {
        return ByteBuffer.allocate(10 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xc3)
                .put((byte) 1)
                .putLong(SchemaStore.fingerprint(schema))
                .put(body)
                .array();
    }
}
