package dev.meshlog.infra.network.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that sends everything back, and clients that number what they send. */
class UdpProxyTest {
    private static final long SEED = 7;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int MANY = 100;

    /** The last datagram of a test, sent without a fault: what comes before it came in spite of the fault. */
    private static final int LAST = -1;

    private DatagramSocket server;
    private DatagramSocket client;
    private UdpProxy proxy;

    @BeforeEach
    void open() throws Exception {
        server = socket();
        client = socket();
        proxy = UdpProxy.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (InetSocketAddress) server.getLocalSocketAddress(),
                SEED);
    }

    @AfterEach
    void close() {
        proxy.close();
        server.close();
        client.close();
    }

    @Test
    void eachClientGetsItsOwnAnswers() throws Exception {
        try (DatagramSocket other = socket()) {
            send(client, 1);
            DatagramPacket first = receive(server);
            send(other, 2);
            DatagramPacket second = receive(server);
            assertThat(first.getSocketAddress()).isNotEqualTo(second.getSocketAddress());

            server.send(second);
            server.send(first);
            assertThat(number(receive(other))).isEqualTo(2);
            assertThat(number(receive(client))).isEqualTo(1);
        }
    }

    @Test
    void strangerIsNotTakenForTheServer() throws Exception {
        send(client, 1);
        DatagramPacket heard = receive(server);
        try (DatagramSocket stranger = socket()) {
            stranger.send(packet(2, (InetSocketAddress) heard.getSocketAddress()));
        }
        server.send(heard);
        assertThat(number(receive(client))).isEqualTo(1);
    }

    @Test
    void nothingComesThroughACutLinkUntilItHeals() throws Exception {
        proxy.set(LinkFaults.CUT);
        sendMany();
        awaitArrived(MANY);
        assertThat(heard()).isEmpty();
    }

    @Test
    void whatIsOnItsWayWhenTheLinkIsCutIsLost() throws Exception {
        proxy.set(LinkFaults.delayed(Duration.ofHours(1), Duration.ZERO));
        sendMany();
        await().atMost(PATIENCE).until(() -> proxy.tally().waiting() == MANY);
        proxy.set(LinkFaults.CUT);
        proxy.set(LinkFaults.NONE);
        await().atMost(PATIENCE).until(() -> proxy.tally().waiting() == 0);
        assertThat(heard()).isEmpty();
    }

    @Test
    void duplicatesComeTwice() throws Exception {
        proxy.set(LinkFaults.duplicating(1));
        sendMany();
        awaitArrived(MANY);
        assertThat(heard())
                .isEqualTo(IntStream.range(0, MANY)
                        .flatMap(each -> IntStream.of(each, each))
                        .boxed()
                        .toList());
        await().atMost(PATIENCE).until(() -> proxy.tally().equals(new UdpProxy.Tally(MANY + 1, 2 * MANY + 1, 0)));
    }

    @Test
    void someAreLost() throws Exception {
        proxy.set(LinkFaults.losing(0.5));
        sendMany();
        awaitArrived(MANY);
        List<Integer> heard = heard();
        assertThat(heard).isSorted().doesNotHaveDuplicates().hasSizeBetween(MANY / 4, 3 * MANY / 4);
    }

    @Test
    void someAreOvertakenAndAllArrive() throws Exception {
        proxy.set(LinkFaults.reordering(0.5));
        List<Integer> order = new ArrayList<>();
        sendMany();
        for (int i = 0; i < MANY; i++) {
            order.add(number(receive(server)));
        }
        assertThat(new TreeSet<>(order)).hasSize(MANY);
        assertThat(order).isNotEqualTo(order.stream().sorted().toList());
    }

    @Test
    void delayedOnesComeNoSooner() throws Exception {
        proxy.set(LinkFaults.delayed(Duration.ofMillis(200), Duration.ofMillis(100)));
        long sent = System.nanoTime();
        send(client, 1);
        assertThat(number(receive(server))).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void sharesAreBetweenNothingAndAll() {
        assertThatThrownBy(() -> LinkFaults.losing(1.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LinkFaults.delayed(Duration.ofMillis(1), Duration.ofMillis(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void sendMany() throws Exception {
        for (int i = 0; i < MANY; i++) {
            send(client, i);
        }
    }

    /** Otherwise the fault could be over before the proxy has read them. */
    private void awaitArrived(int count) {
        await().atMost(PATIENCE).until(() -> proxy.tally().arrived() == count);
    }

    /** What the server has heard so far, behind which the last datagram is sent without a fault. */
    private List<Integer> heard() throws Exception {
        proxy.set(LinkFaults.NONE);
        send(client, LAST);
        List<Integer> heard = new ArrayList<>();
        int next = number(receive(server));
        while (next != LAST) {
            heard.add(next);
            next = number(receive(server));
        }
        return heard;
    }

    private void send(DatagramSocket from, int number) throws Exception {
        from.send(packet(number, proxy.address()));
    }

    private static DatagramPacket packet(int number, InetSocketAddress to) {
        return new DatagramPacket(
                ByteBuffer.allocate(Integer.BYTES).putInt(number).array(), Integer.BYTES, to);
    }

    private static DatagramPacket receive(DatagramSocket at) throws Exception {
        var packet = new DatagramPacket(new byte[64], 64);
        at.receive(packet);
        return packet;
    }

    private static int number(DatagramPacket packet) {
        return ByteBuffer.wrap(packet.getData()).getInt();
    }

    private static DatagramSocket socket() throws Exception {
        var socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }
}
