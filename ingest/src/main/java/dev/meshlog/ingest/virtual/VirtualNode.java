package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.radio.RadioListener;
import dev.meshlog.ingest.radio.RadioPort;
import dev.meshlog.ingest.radio.RelayQueue;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.SentMessage;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP server that is a radio to its clients. Behind it is the one connection to a real radio, or a network's tables alone. One thread serves
 * all clients; nothing that it does waits for one of them, or for the radio.
 */
public final class VirtualNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VirtualNode.class);
    private static final long TICK_MS = 200;
    /** In the kernel and in Netty; what else waits for a client is in its session. */
    private static final int SOCKET_BYTES = 64 << 10;

    /** Much less than what may wait for one client. */
    private static final int MOST_UNWRITTEN = 64;

    private static final WriteBufferWaterMark WRITABLE = new WriteBufferWaterMark(16 << 10, SOCKET_BYTES);

    private final String name;
    private final VirtualNodeSettings settings;
    private final MeshTables tables;
    private final AllowList allowed;
    private final Switchboard switchboard;
    private final @Nullable Relays relays;
    private final Prepared prepared;
    private final EventLoopGroup loop;
    private final Set<ClientChannel> channels = new LinkedHashSet<>();
    private final Tally tally = new Tally();
    /** What happened since clients were written to: in a flood they are written to once for many messages. */
    private int unwritten;

    /** What there is to do at each tick before the clients are served. */
    private interface Prepared {
        void prepare(Switchboard switchboard);
    }

    private VirtualNode(
            String name,
            VirtualNodeSettings settings,
            MeshTables tables,
            @Nullable Relays relays,
            Prepared prepared,
            EventLoopGroup loop,
            InstantSource clock) {
        this.name = name;
        this.settings = settings;
        this.tables = tables;
        this.allowed = AllowList.parse(settings.allow());
        this.relays = relays;
        this.prepared = prepared;
        this.switchboard = new Switchboard(settings, tables, relays, clock, RandomGenerator.getDefault());
        this.loop = loop;
    }

    /**
     * In front of a radio. To be made before the link is opened.
     *
     * @param relays the way to the radio
     */
    public static VirtualNode ofLink(
            VirtualNodeSettings settings,
            String network,
            RadioPort port,
            RelayQueue relays,
            MeshTables tables,
            InstantSource clock) {
        var loop = eventLoop("virtual-node-" + port.link());
        var uplink = new LinkUplink(port, relays);
        var way = new Relays(network, uplink, settings.relayPatience(), clock);
        var node = new VirtualNode(port.link(), settings, tables, way, switchboard -> {}, loop, clock);
        port.listen(node.new Ear());
        return node;
    }

    /**
     * Of a network without a radio: clients can look and not send.
     *
     * @param region the protocol's number of the LoRa region that clients are shown; 0: unset
     */
    public static VirtualNode ofNetwork(
            VirtualNodeSettings settings, String network, int region, MeshTables tables, InstantSource clock) {
        Prepared identity = switchboard -> {
            if (!switchboard.isSomebody() && tables.isReady()) {
                switchboard.is(NetworkDevice.of(network, tables, region));
            }
        };
        var loop = eventLoop("virtual-node-" + network);
        return new VirtualNode(network, settings, tables, null, identity, loop, clock);
    }

    /**
     * Begins to listen.
     *
     * @return where
     * @throws IOException when the address can't be used
     */
    public InetSocketAddress start() throws IOException {
        tables.onChange(node -> later(() -> switchboard.changed((int) node)));
        var unused = loop.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        var binding = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.SO_SNDBUF, SOCKET_BYTES)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITABLE)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                })
                .bind(settings.listen())
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            close();
            throw new IOException(settings.listen() + ": " + binding.cause().getMessage(), binding.cause());
        }
        return (InetSocketAddress) binding.channel().localAddress();
    }

    /** A packet of the network, decrypted, for those that have no radio to hear it. Any thread may call it. */
    public void heard(MeshPacket packet) {
        ByteString message = FromRadio.newBuilder().setPacket(packet).build().toByteString();
        later(() -> switchboard.heard(packet, message));
    }

    public Figures figures() {
        return tally.figures(
                switchboard.clients().size(),
                switchboard.refused(),
                relays == null ? 0 : relays.relayed(),
                switchboard.leftOut());
    }

    private void accept(SocketChannel channel) {
        if (!allowed.accepts(channel.remoteAddress())) {
            reject(channel, "is not allowed to connect");
        } else if (channels.size() >= settings.clients()) {
            reject(channel, "is one too many: " + settings.clients() + " clients are connected");
        } else {
            tally.connected();
            LOG.info("virtual node {}: {} connects", name, channel.remoteAddress());
            var client = new ClientChannel(switchboard, System::nanoTime, this::writeAll, this::closed);
            channels.add(client);
            var unused = channel.closeFuture().addListener(closed -> channels.remove(client));
            channel.pipeline().addLast(client);
        }
    }

    private void reject(Channel channel, String why) {
        tally.rejected();
        LOG.debug("virtual node {}: {} {}", name, channel.remoteAddress(), why);
        var unused = channel.close();
    }

    private void closed(String client, String reason) {
        if (reason.isEmpty()) {
            LOG.info("virtual node {}: {} has gone", name, client);
        } else {
            tally.dropped();
            LOG.warn("virtual node {}: {} is closed: it {}", name, client, reason);
        }
    }

    private void tick() {
        try {
            prepared.prepare(switchboard);
            switchboard.tick(System.nanoTime());
            writeAll();
        } catch (RuntimeException e) {
            LOG.error("virtual node {}: a defect", name, e);
        }
    }

    private void writeAll() {
        unwritten = 0;
        List.copyOf(channels).forEach(ClientChannel::write);
    }

    private void later(Runnable work) {
        run(loop, () -> {
            work.run();
            if (++unwritten == MOST_UNWRITTEN) {
                writeAll();
            } else if (unwritten == 1) {
                loop.execute(this::writeAll);
            }
        });
    }

    private static EventLoopGroup eventLoop(String thread) {
        return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(thread, true), NioIoHandler.newFactory());
    }

    private static void run(EventLoopGroup loop, Runnable work) {
        try {
            loop.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("a virtual node is closed already");
        }
    }

    /** Clients are closed at once. */
    @Override
    public void close() {
        var unused = loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    /** What the radio says, handed over to the server's thread. */
    private final class Ear implements RadioListener {
        @Override
        public void began() {
            later(switchboard::radioBegan);
        }

        @Override
        public void received(FromRadio message, ByteString payload) {
            later(() -> switchboard.radioSaid(message, payload));
        }

        @Override
        public void complete(long ownNode) {
            later(switchboard::radioComplete);
        }

        @Override
        public void ended() {
            later(switchboard::radioEnded);
        }

        @Override
        public void tick() {
            // The server has a clock of its own, which goes on while the radio is away.
        }
    }

    private record LinkUplink(RadioPort port, RelayQueue relays) implements Uplink {
        @Override
        public String link() {
            return port.link();
        }

        @Override
        public boolean record(SentMessage message) {
            return port.write(Topics.SENT, message);
        }

        @Override
        public boolean relay(MeshPacket packet, Runnable handedOver) {
            return relays.relay(packet, handedOver);
        }

        @Override
        public boolean askForConfig(int nonce) {
            return port.send(ToRadio.newBuilder().setWantConfigId(nonce).build());
        }
    }
}
