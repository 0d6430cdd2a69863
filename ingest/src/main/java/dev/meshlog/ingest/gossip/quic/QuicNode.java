package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Our end of all connections: one socket where peers connect, one from which we connect to them, one thread for both. Any thread. */
public final class QuicNode implements AutoCloseable {
    private static final String PROTOCOL = "meshlog/1";
    private static final int CONNECT_TIMEOUT_MS = 10_000;

    /** What may be under way on a connection before it was read, in bytes; it grows while the reader keeps up. */
    private static final int CONNECTION_WINDOW = 2 << 20;

    private static final int STREAM_WINDOW = 1 << 20;
    private static final int LAST_WORDS_MS = 200;

    private final EventLoopGroup loop;
    private final Workers workers;
    private final Connection.Shared shared;
    private final Traffic traffic = new Traffic();
    private final Channel client;
    private final Channel server;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    /**
     * Where we listen, and for how many.
     *
     * @param bind port 0: any free one
     * @param maxConnections of all kinds, those included that did not say hello yet
     */
    public record Settings(InetSocketAddress bind, int maxConnections, PeerLimits limits) {}

    private QuicNode(Identity identity, Settings settings, PeerEvents events, SignatureCheck signatures, Clock clock)
            throws IOException {
        NodeCertificate own = NodeCertificate.generate(clock.instant());
        workers = new Workers(events, settings.limits().questionsAtOnce());
        shared = new Connection.Shared(
                new Handshake(identity, own.fingerprint(), signatures),
                settings.limits(),
                events,
                workers,
                Unsent.Shared.ofThisProcess());
        loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("meshlog-peers", true), NioIoHandler.newFactory());
        // No authority vouches for these certificates: what they are worth is said by the handshake's proof.
        QuicSslContext serverTls = QuicSslContextBuilder.forServer(own.key(), null, own.certificate())
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocols(PROTOCOL)
                .build();
        QuicSslContext clientTls = QuicSslContextBuilder.forClient()
                .keyManager(own.key(), null, own.certificate())
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocols(PROTOCOL)
                .build();
        try {
            server = bind(
                    limited(new QuicServerCodecBuilder().sslContext(serverTls), settings.limits())
                            .handler(ConnectionHandler.ofEach(shared, false, connections, settings.maxConnections()))
                            .streamHandler(ConnectionHandler.ofStreams())
                            .tokenHandler(new AddressTokens(new SecureRandom(), System::nanoTime))
                            .build(),
                    settings.bind());
            client = bind(
                    limited(new QuicClientCodecBuilder().sslContext(clientTls), settings.limits())
                            .build(),
                    new InetSocketAddress(0));
        } catch (IOException e) {
            var unused = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    /** @throws IOException when the address can't be had */
    public static QuicNode open(
            Identity identity, Settings settings, PeerEvents events, SignatureCheck signatures, Clock clock)
            throws IOException {
        return new QuicNode(identity, settings, events, signatures, clock);
    }

    /** Where peers reach us. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    public Traffic traffic() {
        return traffic;
    }

    /** The peer there, once each side accepted the other; or a {@link PeerException}. */
    public CompletableFuture<Peer> dial(InetSocketAddress address) {
        var result = new CompletableFuture<Peer>();
        if (closing) {
            result.completeExceptionally(new PeerException(new PeerRefusal(RefusalReason.CLOSING, "this node stops")));
            return result;
        }
        QuicChannel.newBootstrap(client)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .handler(ConnectionHandler.ofEach(shared, true, connections, Integer.MAX_VALUE))
                .streamHandler(ConnectionHandler.ofStreams())
                .remoteAddress(address)
                .connect()
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        var unused = ConnectionHandler.of((QuicChannel) connected.getNow())
                                .established()
                                .whenComplete((peer, failure) -> {
                                    if (failure == null) {
                                        result.complete(peer);
                                    } else {
                                        result.completeExceptionally(failure);
                                    }
                                });
                    } else {
                        result.completeExceptionally(new PeerException(new PeerRefusal(
                                RefusalReason.NOT_FOUND,
                                "nobody answers: " + connected.cause().getMessage())));
                    }
                });
        return result;
    }

    @Override
    public void close() {
        closing = true;
        var why = new PeerRefusal(RefusalReason.CLOSING, "this node stops");
        connections.forEach(each -> each.close(why));
        // The loop's own end would cut off what they still have to say.
        connections.forEach(each -> each.closed().awaitUninterruptibly(LAST_WORDS_MS));
        loop.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        workers.close();
    }

    private Channel bind(ChannelHandler codec, InetSocketAddress address) throws IOException {
        var bound = new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        socket.pipeline().addLast(traffic, codec);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw (IOException) new BindException("UDP %s port %d: %s"
                            .formatted(
                                    address.getHostString(),
                                    address.getPort(),
                                    bound.cause().getMessage()))
                    .initCause(bound.cause());
        }
        return bound.channel();
    }

    private static <B extends QuicCodecBuilder<B>> B limited(B codec, PeerLimits limits) {
        return codec.maxIdleTimeout(limits.idle().toMillis(), TimeUnit.MILLISECONDS)
                .initialMaxData(CONNECTION_WINDOW)
                .initialMaxStreamDataBidirectionalLocal(STREAM_WINDOW)
                .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW)
                .initialMaxStreamDataUnidirectional(STREAM_WINDOW)
                // One more for the hello.
                .initialMaxStreamsBidirectional(limits.questionsAtOnce() + 1L)
                .initialMaxStreamsUnidirectional(1);
    }
}
