package dev.meshlog.ingest.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.LiveSource;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Packets that radios of this network send to everybody: a datagram is a packet. Nobody can be asked to wait, so a full spool means loss, which is told. */
final class UdpSource implements LiveSource {
    private static final Duration LOOK_UP = Duration.ofMillis(200);
    private static final int LARGEST_DATAGRAM = 65_507;
    private static final int MOST_AT_ONCE = 256;
    private static final int KERNEL_BUFFER = 4 << 20;

    private final String place;
    private final String group;
    private final int port;
    private final @Nullable String networkInterface;
    private final Backoff pauses;
    private final CountDownLatch closed = new CountDownLatch(1);
    private String lastTrouble = "";

    UdpSource(String place, String group, int port, @Nullable String networkInterface, LinkContext context) {
        this.place = place;
        this.group = group;
        this.port = port;
        this.networkInterface = networkInterface;
        this.pauses = new Backoff(Timing.DEFAULT.firstPause(), Timing.DEFAULT.longestPause(), context.random());
    }

    @Override
    public void run(LiveSink sink) throws InterruptedException {
        do {
            try {
                listen(sink);
            } catch (IOException e) {
                String trouble = Objects.requireNonNullElse(e.getMessage(), e.toString());
                if (!trouble.equals(lastTrouble)) {
                    lastTrouble = trouble;
                    sink.report(LinkEventKind.LOST, place + ": " + trouble);
                }
            }
        } while (!closed.await(pauses.next().toNanos(), TimeUnit.NANOSECONDS));
    }

    private void listen(LiveSink sink) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
                Selector selector = Selector.open()) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, KERNEL_BUFFER);
            channel.bind(new InetSocketAddress(port));
            channel.join(InetAddress.getByName(group), joinOn());
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            pauses.reset();
            lastTrouble = "";
            sink.report(LinkEventKind.CONNECTED, place);
            ByteBuffer buffer = ByteBuffer.allocate(LARGEST_DATAGRAM);
            while (closed.getCount() > 0) {
                selector.select(LOOK_UP.toMillis());
                selector.selectedKeys().clear();
                List<Received> batch = received(channel, buffer);
                while (!batch.isEmpty()) {
                    sink.offer(batch);
                    batch = received(channel, buffer);
                }
            }
        }
    }

    private static List<Received> received(DatagramChannel channel, ByteBuffer buffer) throws IOException {
        var batch = new ArrayList<Received>();
        while (batch.size() < MOST_AT_ONCE && channel.receive(buffer.clear()) != null) {
            batch.add(Received.Message.live(FrameKind.MESH_PACKET, ByteString.copyFrom(buffer.flip())));
        }
        return batch;
    }

    private NetworkInterface joinOn() throws IOException {
        if (networkInterface != null) {
            NetworkInterface named = NetworkInterface.getByName(networkInterface);
            if (named == null) {
                throw new IOException("there is no network interface " + networkInterface);
            }
            return named;
        }
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .filter(UdpSource::reachesOthers)
                .findFirst()
                .orElseThrow(() -> new IOException("no network interface is up that can multicast"));
    }

    private static boolean reachesOthers(NetworkInterface candidate) {
        try {
            return candidate.isUp() && !candidate.isLoopback() && candidate.supportsMulticast();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
