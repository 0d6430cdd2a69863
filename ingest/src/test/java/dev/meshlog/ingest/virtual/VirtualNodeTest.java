package dev.meshlog.ingest.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.keysync.KeyLink;
import dev.meshlog.ingest.keysync.KeySyncSettings;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.ingest.simulation.SimulatedRadioServer;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.SentOutcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VirtualNodeTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String MESH = "mesh-a.frames";
    private static final long PEER = 0x5678;
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final FixedTables tables = new FixedTables();

    @Test
    void tenClientsShareOneRadioAndASlowOneHarmsNobody() throws Exception {
        try (var radio = new RecordedRadio(MESH);
                var link = new RunningLink(radio.port());
                var node = VirtualNode.ofLink(
                        VirtualNodeSettings.at(ANY_PORT),
                        "home",
                        link.port,
                        link.relays(),
                        tables,
                        InstantSource.system())) {
            InetSocketAddress at = node.start();
            var clients = new ArrayList<Client>();
            for (int i = 0; i < 10; i++) {
                clients.add(new Client(at));
                clients.get(i).want(i + 1);
            }
            link.start();
            await().atMost(LONG).until(() -> clients.stream().allMatch(Client::isConfigured));
            assertThat(clients).allMatch(client -> client.nodes() == 250);
            assertThat(node.figures().clients()).isEqualTo(10);

            clients.get(0).text(55, "to the mesh");
            MeshPacket arrived = Objects.requireNonNull(radio.packets.poll(LONG.toSeconds(), TimeUnit.SECONDS));
            assertThat(arrived.getId()).isEqualTo(55);
            await().atMost(LONG)
                    .until(() -> clients.stream().skip(1).allMatch(client -> client.hasHeard("to the mesh")));
            await().atMost(LONG).until(() -> acknowledged(clients.get(0), 55));
            assertThat(clients.stream().skip(1)).noneMatch(client -> acknowledged(client, 55));

            try (var slow = new Socket()) {
                slow.setReceiveBufferSize(4096);
                slow.connect(at);
                slow.getOutputStream()
                        .write(DeviceFrames.frame(
                                ToRadio.newBuilder().setWantConfigId(99).build().toByteString()));
                await().atMost(LONG).until(() -> node.figures().clients() == 11);
                for (int i = 0; node.figures().dropped() == 0; i++) {
                    assertThat(i).as("bursts for a client that reads none").isLessThan(100);
                    burst(radio, "burst " + i);
                    String last = "burst " + i;
                    await().atMost(LONG).until(() -> clients.stream().allMatch(client -> client.hasHeard(last)));
                }
            }
            radio.hear(1, 7, "from the mesh");
            await().atMost(LONG).until(() -> clients.stream().allMatch(client -> client.hasHeard("from the mesh")));

            radio.restart();
            clients.get(1).text(56, "while it starts anew");
            assertThat(Objects.requireNonNull(radio.packets.poll(LONG.toSeconds(), TimeUnit.SECONDS))
                            .getId())
                    .isEqualTo(56);
            radio.hear(1, 8, "after its start");
            await().atMost(LONG).until(() -> clients.stream().allMatch(client -> client.hasHeard("after its start")));
            assertThat(clients).noneMatch(Client::hasEnded);
            assertThat(link.sent).hasSize(2).allMatch(record -> record.getOutcome() == SentOutcome.RELAYED);
            for (Client client : clients) {
                client.close();
            }
            await().atMost(LONG).until(() -> node.figures().clients() == 0);
        }
    }

    @Test
    void directMessageGoesOutBehindTheKeyThatTheRadioLostAndThroughItsRestart() throws Exception {
        byte[] key = new byte[32];
        key[31] = 7;
        tables.node(PEER, "peer", false).key(PEER, key);
        try (var radio = new SimulatedRadioServer(new RadioModel(0x4000, RadioLimits.MEASURED), 0);
                var link = new RunningLink(radio.port());
                var keys = KeyLink.open("home", link.port, tables, KeySyncSettings.DEFAULT, Clock.systemUTC());
                var node = VirtualNode.ofLink(
                        VirtualNodeSettings.at(ANY_PORT), "home", link.port, keys, tables, InstantSource.system());
                var client = new Client(node.start())) {
            link.start();
            client.want(7);
            await().atMost(LONG).until(client::isConfigured);
            client.text(55, (int) PEER, "for you alone");
            await().atMost(LONG).until(() -> transmitted(radio, 55));
            assertThat(radio.look(model -> model.nodes().key(PEER)).toByteArray())
                    .isEqualTo(key);
            await().atMost(LONG).until(() -> node.figures().relayed() == 1);

            radio.restart();
            client.text(56, (int) PEER, "while it starts anew");
            await().atMost(LONG).until(() -> transmitted(radio, 56));
            assertThat(client.hasEnded()).isFalse();
        }
    }

    @Test
    void oneClientTooManyIsClosed() throws Exception {
        var settings = VirtualNodeSettings.of(ANY_PORT, List.of(), false, false, 60, 1);
        try (var node = VirtualNode.ofNetwork(settings, "home", 0, tables, InstantSource.system())) {
            InetSocketAddress at = node.start();
            try (var first = new Client(at);
                    var second = new Client(at)) {
                await().atMost(LONG).until(second::hasEnded);
                first.want(7);
                await().atMost(LONG).until(first::isConfigured);
                assertThat(node.figures().rejected()).isEqualTo(1);
            }
        }
    }

    @Test
    void whoDoesNotSpeakTheProtocolIsClosed() throws Exception {
        try (var node =
                VirtualNode.ofNetwork(VirtualNodeSettings.at(ANY_PORT), "home", 0, tables, InstantSource.system())) {
            InetSocketAddress at = node.start();
            try (var client = new Socket()) {
                client.connect(at);
                client.getOutputStream()
                        .write("GET / HTTP/1.1\r\n".repeat(1_100).getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            } catch (IOException e) {
                // Closed while we still wrote.
            }
            await().atMost(LONG).until(() -> node.figures().dropped() == 1);
        }
    }

    @Test
    void networkIsShownWithoutARadio() throws Exception {
        tables.node(0x1234L, "far away", false);
        try (var node = VirtualNode.ofNetwork(
                        VirtualNodeSettings.at(ANY_PORT), "home", 0, tables, InstantSource.system());
                var client = new Client(node.start())) {
            client.want(7);
            await().atMost(LONG).until(client::isConfigured);
            node.heard(Recorded.messages(MESH).stream()
                    .filter(FromRadio::hasPacket)
                    .findFirst()
                    .orElseThrow()
                    .getPacket());
            tables.node(0x5678L, "heard later", false);
            await().atMost(LONG)
                    .until(() -> client.nodes() == 3 && client.told.stream().anyMatch(FromRadio::hasPacket));
        }
    }

    @Test
    void takenPortIsNamed() throws Exception {
        try (var first =
                VirtualNode.ofNetwork(VirtualNodeSettings.at(ANY_PORT), "home", 0, tables, InstantSource.system())) {
            InetSocketAddress taken = first.start();
            try (var second =
                    VirtualNode.ofNetwork(VirtualNodeSettings.at(taken), "home", 0, tables, InstantSource.system())) {
                assertThatThrownBy(second::start)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(Integer.toString(taken.getPort()));
            }
        }
    }

    private static void burst(RecordedRadio radio, String last) throws IOException {
        for (int i = 0; i < 500; i++) {
            radio.hear(1, 1000 + i, "x".repeat(200));
        }
        radio.hear(1, 999, last);
    }

    /** With the key of the node that it was for. */
    private static boolean transmitted(SimulatedRadioServer radio, int id) {
        return radio.look(model ->
                model.transmitted().stream().anyMatch(each -> each.packet().getId() == id && each.keyHeld()));
    }

    private static boolean acknowledged(Client client, int id) {
        return client.told.stream()
                .anyMatch(each -> each.getPacket().getDecoded().getRequestId() == id);
    }
}
