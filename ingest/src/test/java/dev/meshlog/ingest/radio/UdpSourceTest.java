package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.RadioClaims;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UdpSourceTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void eachDatagramIsAPacket() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        assumeTrue(loopback != null, "there is no loopback interface: this test is not run");
        int port;
        try (var free = new DatagramSocket()) {
            port = free.getLocalPort();
        }
        var sink = new CollectingSink();
        var source = new UdpSource(
                "udp",
                RadioLinks.GROUP,
                port,
                loopback.getName(),
                new LinkContext(
                        Path.of("unused"), Clock.systemUTC(), new Random(1), new RadioClaims(), new RadioPorts()));
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> run(source, sink));
        await().atMost(LONG).until(() -> sink.kinds().contains(LinkEventKind.CONNECTED));

        try (DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET)) {
            sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
            sender.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            var to = new InetSocketAddress(InetAddress.getByName(RadioLinks.GROUP), port);
            for (int id = 1; id <= 20; id++) {
                byte[] packet = packet(id);
                sender.send(ByteBuffer.wrap(packet), to);
            }
        }
        await().atMost(LONG).until(() -> sink.received.size() == 20);
        assertThat(sink.messages())
                .allMatch(message -> message.kind() == FrameKind.MESH_PACKET)
                .extracting(Received.Message::payload)
                .contains(ByteString.copyFrom(packet(1)), ByteString.copyFrom(packet(20)));
        source.close();
        running.get(30, TimeUnit.SECONDS);
    }

    @Test
    void absentInterfaceIsToldOnce() throws Exception {
        var sink = new CollectingSink();
        var source = new UdpSource(
                "udp",
                RadioLinks.GROUP,
                1,
                "nothing0",
                new LinkContext(
                        Path.of("unused"), Clock.systemUTC(), new Random(1), new RadioClaims(), new RadioPorts()));
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> run(source, sink));
        await().atMost(LONG).until(() -> !sink.events.isEmpty());
        source.close();
        running.get(30, TimeUnit.SECONDS);
        assertThat(sink.events).hasSize(1);
        assertThat(sink.events.get(0).kind()).isEqualTo(LinkEventKind.LOST);
    }

    private static byte[] packet(int id) {
        return MeshPacket.newBuilder()
                .setFrom(1)
                .setId(id)
                .setEncrypted(ByteString.copyFromUtf8("who knows"))
                .build()
                .toByteArray();
    }

    private static void run(UdpSource source, CollectingSink sink) {
        try {
            source.run(sink);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
