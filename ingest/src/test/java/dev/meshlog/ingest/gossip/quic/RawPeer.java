package dev.meshlog.ingest.gossip.quic;

import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.gossip.KnownPeers;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** A peer that writes what it likes. */
final class RawPeer implements AutoCloseable {
    private static final int WINDOW = 1 << 20;
    private static final byte[] PUSH =
            EncodedMessage.of(new KnownPeers(List.of())).unsafeBytes();

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final NodeCertificate own = NodeCertificate.generate(Instant.EPOCH);
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final QuicChannel connection;
    private @Nullable QuicStreamChannel pushes;
    private volatile boolean isBrokenOff;
    private volatile Pieces answer = new Pieces(new byte[0], 1, Duration.ofSeconds(1));

    /** What a question is answered with, one piece after the other. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pieces(byte[] bytes, int size, Duration pause) {}

    /** Writes the next piece whenever the pause has passed. */
    private static final class SlowAnswer extends ChannelInboundHandlerAdapter {
        private final Pieces pieces;
        private final Runnable brokenOff;
        private int written;

        SlowAnswer(Pieces pieces, Runnable brokenOff) {
            this.pieces = pieces;
            this.brokenOff = brokenOff;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            writeOn(context);
        }

        private void writeOn(ChannelHandlerContext context) {
            int length = Math.min(pieces.size(), pieces.bytes().length - written);
            if (length > 0 && context.channel().isActive()) {
                context.writeAndFlush(Unpooled.wrappedBuffer(pieces.bytes(), written, length))
                        .addListener(write -> {
                            if (!write.isSuccess()) {
                                brokenOff.run();
                            }
                        });
                written += length;
                var unusedTimer = context.executor()
                        .schedule(() -> writeOn(context), pieces.pause().toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    RawPeer(InetSocketAddress address) throws Exception {
        this(address, new InetSocketAddress(0));
    }

    /** @param from which it connects */
    RawPeer(InetSocketAddress address, InetSocketAddress from) throws Exception {
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
                .bind(from)
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
                .streamHandler(new ChannelInitializer<QuicStreamChannel>() {
                    @Override
                    protected void initChannel(QuicStreamChannel stream) {
                        if (stream.type() == QuicStreamType.BIDIRECTIONAL) {
                            stream.pipeline().addLast(new SlowAnswer(answer, () -> isBrokenOff = true));
                        }
                    }
                })
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

    /** An answer that nobody reads yet. */
    record Unread(QuicStreamChannel stream, CompletableFuture<Throwable> failure) {
        Throwable failureOnceRead() throws Exception {
            stream.config().setAutoRead(true);
            return failure.get(60, TimeUnit.SECONDS);
        }
    }

    Unread ask(SpecificRecordBase question) throws Exception {
        var failure = new CompletableFuture<Throwable>();
        QuicStreamChannel stream = connection
                .createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void handlerAdded(ChannelHandlerContext context) {
                        context.channel().config().setAutoRead(false);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        failure.complete(cause);
                    }
                })
                .get(30, TimeUnit.SECONDS);
        stream.writeAndFlush(Unpooled.wrappedBuffer(EncodedMessage.of(question).unsafeBytes()))
                .get(30, TimeUnit.SECONDS);
        stream.shutdownOutput().get(30, TimeUnit.SECONDS);
        return new Unread(stream, failure);
    }

    /** Asks, and then wants no answer. */
    void askInVain(SpecificRecordBase question) throws Exception {
        if (pushes == null) {
            pushes = write(QuicStreamType.UNIDIRECTIONAL, PUSH);
        }
        QuicStreamChannel poked = pushes;
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            // The other side says with its next packet that a stream has ended, and has no reason to send one.
            poked.writeAndFlush(Unpooled.wrappedBuffer(PUSH)).get(30, TimeUnit.SECONDS);
            return connection.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0;
        });
        QuicStreamChannel stream =
                write(QuicStreamType.BIDIRECTIONAL, EncodedMessage.of(question).unsafeBytes());
        stream.shutdownOutput().get(30, TimeUnit.SECONDS);
        stream.shutdownInput(1).get(30, TimeUnit.SECONDS);
    }

    /** Asks, and gives the first bytes that come back. */
    String firstOfAnswer(SpecificRecordBase question) throws Exception {
        var first = new CompletableFuture<String>();
        QuicStreamChannel stream = connection
                .createStream(QuicStreamType.BIDIRECTIONAL, new SimpleChannelInboundHandler<ByteBuf>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
                        first.complete(bytes.toString(StandardCharsets.ISO_8859_1));
                    }
                })
                .get(30, TimeUnit.SECONDS);
        stream.writeAndFlush(Unpooled.wrappedBuffer(EncodedMessage.of(question).unsafeBytes()))
                .get(30, TimeUnit.SECONDS);
        stream.shutdownOutput().get(30, TimeUnit.SECONDS);
        return first.get(60, TimeUnit.SECONDS);
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

    /** From now on questions are answered with these bytes, in pieces. */
    void answer(byte[] bytes, int piece, Duration pause) {
        answer = new Pieces(bytes, piece, pause);
    }

    /** Whether the other side wants no more of an answer. */
    boolean isBrokenOff() {
        return isBrokenOff;
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
