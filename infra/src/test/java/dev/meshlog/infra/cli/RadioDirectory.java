package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.infra.broker.DataDirectory;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.infra.radio.RadioGeneration;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.query.RadioTables;
import dev.meshlog.streams.radio.RadioStreamsConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.StreamsConfig;
import org.awaitility.Awaitility;

/**
 * A data directory whose radio tables a live application has made.
 *
 * @param began when the first frame came; those that are older than their topic's retention leave it half a minute after the broker's start
 */
record RadioDirectory(Path data, Instant began) {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String LINK = "roof";

    RadioDirectory(Path data) {
        this(data, Instant.now().minus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS));
    }

    /** Makes the topics and receives nodes 1 to a number; returns where their frames are. */
    TopicPartition begin(int nodes) throws Exception {
        var frames = new ArrayList<TopicPartition>();
        onBroker(cluster -> {
            try (Admin admin = cluster.admin()) {
                var unused = new TopicProvisioning(admin).apply();
            }
            new SchemaTopic(cluster).publish();
            frames.add(receive(cluster, 1, nodes));
            runLive(cluster, nodes);
        });
        return frames.get(0);
    }

    /** What a test does with the cluster of the directory. */
    @FunctionalInterface
    interface Visit {
        void to(Cluster cluster) throws Exception;
    }

    void onBroker(Visit visit) throws Exception {
        try (DataDirectory directory = DataDirectory.open(data);
                EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), directory.clusterId(), 0)) {
            visit.to(Cluster.at(broker.bootstrapServers()));
        }
    }

    /** Frames of one link, in one partition: each a NODEINFO of another node. */
    TopicPartition receive(Cluster cluster, int first, int count) throws Exception {
        int partition = 0;
        try (var producer = cluster.producer()) {
            for (int number = first; number < first + count; number++) {
                byte[] key = new byte[32];
                key[0] = (byte) number;
                key[31] = 1;
                ByteString payload = FromRadio.newBuilder()
                        .setPacket(MeshPacket.newBuilder()
                                .setFrom(number)
                                .setTo(-1)
                                .setId(number)
                                .setDecoded(Data.newBuilder()
                                        .setPortNum(4)
                                        .setPayload(User.newBuilder()
                                                .setLongName(ByteString.copyFromUtf8("Node " + number))
                                                .setPublicKey(ByteString.copyFrom(key))
                                                .build()
                                                .toByteString())))
                        .build()
                        .toByteString();
                Instant at = began.plusSeconds(number);
                RadioFrame frame = RadioFrame.newBuilder()
                        .setNetwork("home")
                        .setLink(LINK)
                        .setKind(FrameKind.FROM_RADIO)
                        .setReceivedAtMs(at)
                        .setPayload(ByteBuffer.wrap(payload.toByteArray()))
                        .build();
                partition = producer.send(new ProducerRecord<>(
                                Topics.FRAMES.name(),
                                null,
                                at.toEpochMilli(),
                                LINK,
                                Cluster.encode(Topics.FRAMES, frame)))
                        .get()
                        .partition();
            }
        }
        return new TopicPartition(Topics.FRAMES.name(), partition);
    }

    /** The live application, until the tables and the counters are complete. */
    void runLive(Cluster cluster, int nodes) throws Exception {
        Properties properties =
                new RadioStreamsConfig(cluster.properties(), data.resolve("streams"), "meshlog-radio", 1).properties();
        String application = RadioGeneration.live(data).applicationId();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        try (var app = new StreamsApp("live", LocalNode.radioTopology(MeshlogConfig.DEFAULTS), properties)) {
            app.start();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> RadioTables.read(cluster).keys().size() == nodes);
            Awaitility.await().atMost(PATIENCE).until(() -> {
                var counted = new ArrayList<Long>();
                TopicReader.readAll(
                        cluster,
                        Topics.LINKS,
                        rec -> counted.add(rec.value().getCounters().getOrDefault("packets", 0L)));
                return counted.contains((long) nodes);
            });
        }
    }

    /** A node too many, one with another name, a key that is gone. */
    static void damage(Cluster cluster) throws Exception {
        RadioTables tables = RadioTables.read(cluster);
        RadioNode known = tables.nodes().get(node(1));
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<>(
                            Topics.NODES.name(),
                            node(1),
                            Cluster.encode(
                                    Topics.NODES,
                                    RadioNode.newBuilder(known)
                                            .setLongName("forged")
                                            .build())))
                    .get();
            producer.send(new ProducerRecord<>(
                            Topics.NODES.name(),
                            "a/!00000001",
                            Cluster.encode(
                                    Topics.NODES,
                                    RadioNode.newBuilder(known).setNetwork("a").build())))
                    .get();
            PublicKeyEntry unused = tables.keys().get(node(2));
            assertThat(unused).isNotNull();
            producer.send(new ProducerRecord<String, byte[]>(Topics.PUBKEYS.name(), node(2), null))
                    .get();
        }
    }

    static Set<String> topics(Cluster cluster) throws Exception {
        try (Admin admin = cluster.admin()) {
            return admin.listTopics().names().get();
        }
    }

    static String node(long number) {
        return NodeNumber.key("home", number);
    }

    /** A command about this directory. */
    String rebuild(int exitCode, String... more) {
        var arguments = new ArrayList<>(List.of("rebuild", "--json"));
        arguments.addAll(List.of(more));
        return radio(exitCode, arguments.toArray(new String[0]));
    }

    String radio(int exitCode, String... command) {
        var arguments = new ArrayList<>(List.of("radio"));
        arguments.addAll(List.of(command));
        arguments.addAll(List.of("--data", data.toString()));
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(new String[0]));
        assertThat(code).as("%s: %s %s", arguments, out, err).isEqualTo(exitCode);
        return out + err.toString();
    }
}
