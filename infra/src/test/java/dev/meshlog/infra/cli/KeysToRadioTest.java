package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.KeySettings;
import dev.meshlog.infra.config.LinkSettings;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.ingest.simulation.SimulatedRadioServer;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A radio that loses keys, at a Meshlog that runs as a whole. */
class KeysToRadioTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final long OWN = 0x4000;
    private static final int ALICE = 0xa11ce;
    private static final int BOB = 0xb0b;

    @TempDir
    private Path directory;

    @Test
    @DisplayName("DM-01 KS-15 KS-32 a lost key comes back: for a message that needs it, and when the operator asks")
    void lostKeyComesBack() throws Exception {
        var meters = new SimpleMeterRegistry();
        Metrics.addRegistry(meters);
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                        directory.resolve("broker"), Uuid.randomUuid().toString(), 0);
                var radio = new SimulatedRadioServer(new RadioModel(OWN, RadioLimits.MEASURED), 0)) {
            radio.look(each -> {
                each.nodes().put(listed(ALICE));
                each.nodes().put(listed(BOB));
                return each;
            });
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            try (var node = new LocalNode(cluster, config(radio.port()), directory, Clock.systemUTC())) {
                node.start();
                var command = new Command(broker.bootstrapServers());
                // The radio's own list has brought the keys into the table.
                await().atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(command.out(0, "keys", "--json")).contains("!000a11ce", "!00000b0b"));
                // A list that is still being compared would bring back at once what is removed from it.
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(command.out(0, "links")).contains("keys=in step"));

                linkThatWasRemoved(cluster, "attic");
                messageOfOneWhoseKeyTheRadioLost(radio, cluster);
                operatorAsks(radio, command);
                assertThat(meters.get("meshlog.radio.keys.acknowledged")
                                .tag("link", "roof")
                                .functionCounter()
                                .count())
                        .isEqualTo(2);
            }
        } finally {
            Metrics.removeRegistry(meters);
        }
    }

    private static void messageOfOneWhoseKeyTheRadioLost(SimulatedRadioServer radio, Cluster cluster) throws Exception {
        radio.look(each -> {
            each.nodes().remove(ALICE);
            return each;
        });
        radio.hear(MeshPacket.newBuilder()
                .setFrom(ALICE)
                .setTo((int) OWN)
                .setId(77)
                .setRxTime(1_790_000_000)
                .setPkiEncrypted(true)
                .setPublicKey(key(ALICE))
                .setDecoded(Data.newBuilder().setPortNum(1).setPayload(ByteString.copyFromUtf8("hello")))
                .build());
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(radio.look(RadioModel::transmitted)).hasSize(1));
        MeshPacket told = radio.look(RadioModel::transmitted).get(0).packet();
        assertThat(told.getTo()).isEqualTo(ALICE);
        assertThat(told.getDecoded().getRequestId()).isEqualTo(77);
        assertThat(Routing.parseFrom(told.getDecoded().getPayload()).getErrorReason())
                .isEqualTo(35);
        assertThat(radio.<ByteString>look(each -> each.nodes().key(ALICE))).isEqualTo(key(ALICE));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(pushes(cluster))
                        .extracting(KeyPush::getKind)
                        .containsExactly(KeyPushKind.PUSHED, KeyPushKind.ACKNOWLEDGED, KeyPushKind.RETRY_REQUESTED));
        assertThat(radio.<Integer>look(each -> each.traffic().packets())).isEqualTo(2);
    }

    /** It had a radio, an hour ago. */
    private static void linkThatWasRemoved(Cluster cluster, String link) throws Exception {
        var event = new LinkEvent(
                "home",
                link,
                LinkEventKind.STATUS,
                null,
                null,
                Map.of(),
                Map.of("keys", "in step"),
                Clock.systemUTC().instant().minus(Duration.ofHours(1)));
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<>(Topics.LINKS.name(), link, Cluster.encode(Topics.LINKS, event)))
                    .get();
        }
    }

    private static void operatorAsks(SimulatedRadioServer radio, Command command) {
        radio.look(each -> {
            each.nodes().remove(BOB);
            return each;
        });
        assertThat(command.out(0, "keys", "push", "!00000b0b")).contains("roof: finished; wanted 1, known 1, pushed 0");
        String[] planned = command.run(0, "keys", "sync", "--force", "--dry-run");
        assertThat(planned[0]).contains("!00000b0b planned");
        assertThat(planned[1])
                .contains("left out: attic, nothing was heard of it for 60 minutes; --link attic asks it");
        assertThat(radio.<ByteString>look(each -> each.nodes().key(BOB))).isEmpty();
        assertThat(command.out(0, "keys", "sync", "--link", "roof"))
                .contains("!00000b0b acknowledged", "wanted 2, known 1, pushed 1, acknowledged 1, failed 0");
        assertThat(radio.<ByteString>look(each -> each.nodes().key(BOB))).isEqualTo(key(BOB));
        assertThat(command.err(1, "keys", "sync", "--link", "cellar")).contains("no link to a radio fits");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(command.out(0, "links"))
                        .contains("keys=in step", "keysAcknowledged=2", "keysFailed=0"));
    }

    /** What a command prints, and how it ends. */
    private record Command(String servers) {
        String out(int exitCode, String... arguments) {
            return run(exitCode, arguments)[0];
        }

        String err(int exitCode, String... arguments) {
            return run(exitCode, arguments)[1];
        }

        private String[] run(int exitCode, String... arguments) {
            var all = new ArrayList<>(List.of(arguments));
            all.addAll(List.of("--bootstrap-servers", servers));
            var out = new StringWriter();
            var err = new StringWriter();
            int code = Meshlog.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(all.toArray(new String[0]));
            assertThat(code).as("%s: %s %s", all, out, err).isEqualTo(exitCode);
            return new String[] {out.toString(), err.toString()};
        }
    }

    private static List<KeyPush> pushes(Cluster cluster) {
        var pushes = new ArrayList<KeyPush>();
        TopicReader.readAll(cluster, Topics.KEY_PUSHES, rec -> pushes.add(Objects.requireNonNull(rec.value())));
        return pushes;
    }

    private static MeshlogConfig config(int port) {
        var link = new LinkSettings(
                "roof",
                "home",
                "tcp",
                null,
                null,
                "127.0.0.1",
                port,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new KeySettings("on-demand", null));
        return new MeshlogConfig(
                null,
                null,
                new MeshlogConfig.Radio(null, List.of(link), null, null, null, null),
                new MeshlogConfig.Ledger(false, null, null, null, null, null, null),
                null,
                null);
    }

    private static NodeInfo listed(int node) {
        return NodeInfo.newBuilder()
                .setNum(node)
                .setLastHeard(1_789_999_000)
                .setUser(User.newBuilder()
                        .setLongName(ByteString.copyFromUtf8("node " + node))
                        .setPublicKey(key(node)))
                .build();
    }

    private static ByteString key(int node) {
        byte[] key = new byte[32];
        key[0] = 9;
        key[30] = (byte) (node >> 8);
        key[31] = (byte) node;
        return ByteString.copyFrom(key);
    }
}
