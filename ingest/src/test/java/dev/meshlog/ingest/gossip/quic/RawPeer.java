package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A peer that writes what it likes. */
final class RawPeer implements AutoCloseable {
    private static final int WINDOW = 1 << 20;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final NodeCertificate own = NodeCertificate.generate(Instant.EPOCH);
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final QuicChannel connection;

    RawPeer(InetSocketAddress address) throws Exception {
        var tls = QuicSslContextBuilder.forClient()
                .keyManager(own.key(), null, own.certificate())
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocols("meshlog/1")
                .build();
        Channel socket = new Bootstrap()
                .group(loop)
                .channel(NioDatagramChannel.class)
                .handler(new QuicClientCodecBuilder()
                        .sslContext(tls)
                        .maxIdleTimeout(60, TimeUnit.SECONDS)
                        .initialMaxData(WINDOW)
                        .initialMaxStreamDataBidirectionalLocal(WINDOW)
                        .initialMaxStreamDataBidirectionalRemote(WINDOW)
                        .initialMaxStreamDataUnidirectional(WINDOW)
                        .initialMaxStreamsBidirectional(100)
                        .initialMaxStreamsUnidirectional(100)
                        .build())
                .bind(new InetSocketAddress(0))
                .sync()
                .channel();
        connection = QuicChannel.newBootstrap(socket)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext context, Object event) {
                        if (event instanceof QuicConnectionCloseEvent close) {
                            ended.complete(new String(close.reason(), StandardCharsets.UTF_8));
                        }
                    }
                })
                .streamHandler(new ChannelInboundHandlerAdapter())
                .remoteAddress(address)
                .connect()
                .get(30, TimeUnit.SECONDS);
    }

    /** Opens a stream and writes to it. */
    QuicStreamChannel write(QuicStreamType type, byte[] bytes) throws Exception {
        QuicStreamChannel stream = connection
                .createStream(type, new ChannelInboundHandlerAdapter())
                .get(30, TimeUnit.SECONDS);
        stream.writeAndFlush(Unpooled.wrappedBuffer(bytes)).get(30, TimeUnit.SECONDS);
        return stream;
    }

    /** Introduces itself, without a key. */
    void hello(Hash network) throws Exception {
        var handshake =
                new Handshake(new Identity(network, null, true, null), own.fingerprint(), Ed25519.bouncyCastle());
        var certificate = (X509Certificate)
                Objects.requireNonNull(connection.sslEngine()).getSession().getPeerCertificates()[0];
        var unused = write(
                QuicStreamType.BIDIRECTIONAL,
                EncodedMessage.of(handshake.hello(NodeCertificate.fingerprint(certificate)))
                        .unsafeBytes());
    }

    /** What the other side says as it ends the connection. */
    @Nullable String ended() throws Exception {
        return ended.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        var unused = connection.close();
        var ending = loop.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        ending.awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
