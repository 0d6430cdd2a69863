package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.gossip.Hello;
import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from its beginning. On the first stream, opened by who connected, either side sends its {@code Hello}; then each opens one
 * stream of its own for pushes, and one for each question. All but the methods of {@link Peer} happens on the connection's event loop.
 */
final class Connection implements Peer {
    static final Set<MessageType> PUSHED = EnumSet.of(MessageType.VERTEX, MessageType.KNOWN_PEERS, MessageType.STATUS);
    private static final Set<MessageType> HELLO = EnumSet.of(MessageType.HELLO);
    static final Set<MessageType> QUESTIONS = EnumSet.of(
            MessageType.STATUS_QUERY,
            MessageType.VERTICES_BY_ID,
            MessageType.VERTICES_BY_ROUND,
            MessageType.SNAPSHOT_QUERY,
            MessageType.CHUNK_QUERY,
            MessageType.SUBMISSION,
            MessageType.NEWEST_VERTEX_QUERY);

    /** QUIC's code for every end that we name; which one it is stands in the reason. */
    private static final int CLOSED = 1;

    private static final long NO_STREAM_NANOS = 60_000_000_000L;

    /** Answers, on either side, after which a new connection is better. */
    private static final int BROKEN_OFF = 500;

    private final QuicChannel channel;
    private final boolean dialed;
    private final ByteBuffer origin;
    private final Shared shared;
    private final CompletableFuture<Peer> established = new CompletableFuture<>();
    private final QuestionBudget questions;
    private final ReadBudget pushed;
    private final List<QuicStreamChannel> early = new ArrayList<>();
    private volatile @Nullable PeerInfo info;
    private volatile @Nullable Pushes pushes;
    private @Nullable QuicStreamChannel control;
    private @Nullable PeerRefusal ended;
    private long mayNotOpenSince;
    private int brokenOff;
    private boolean told;
    private boolean isPushedTo;

    /** What all connections of a node have in common. */
    record Shared(Handshake handshake, PeerLimits limits, PeerEvents events, Workers workers, Unsent.Shared unsent) {}

    private record Pushes(QuicStreamChannel stream, Unsent unsent) {}

    Connection(QuicChannel channel, boolean dialed, Shared shared) {
        this.channel = channel;
        this.dialed = dialed;
        this.origin = origin(channel);
        this.shared = shared;
        this.questions = new QuestionBudget(shared.limits().questionsPerMinute(), System.nanoTime());
        this.pushed = new ReadBudget(
                shared.limits().pushBytesPerSecond(), shared.limits().pushesPerMinute(), System.nanoTime());
    }

    /** The peer, once each side knows the other. */
    CompletableFuture<Peer> established() {
        return established;
    }

    /** Whether the other one came from the same machine, as far as an address tells, and neither of them dialed nor known by now. */
    boolean isStrangerLike(Connection other) {
        return !dialed && !other.dialed && other.info == null && origin.equals(other.origin);
    }

    /** What one machine may choose its address from: an IPv4 address, or the network part of an IPv6 address (RFC 4291, section 2.5.1). */
    private static ByteBuffer origin(QuicChannel channel) {
        return channel.remoteSocketAddress() instanceof InetSocketAddress remote
                ? ByteBuffer.wrap(remote.getAddress().getAddress())
                        .limit(4 * (remote.getAddress() instanceof Inet6Address ? 2 : 1))
                : ByteBuffer.allocate(0);
    }

    ChannelFuture closed() {
        return channel.closeFuture();
    }

    @Override
    public PeerInfo info() {
        return Objects.requireNonNull(info, "not before it is established");
    }

    @Override
    public boolean push(EncodedMessage message) {
        Pushes open = pushes;
        if (open == null) {
            return false;
        }
        long now = System.nanoTime();
        if (!open.unsent().add(message.size(), now)) {
            if (open.unsent().isStuck(now)) {
                close(new PeerRefusal(
                        RefusalReason.TOO_SLOW,
                        "no push was read for " + shared.limits().readWithin().toSeconds() + " s"));
            }
            return false;
        }
        open.stream()
                .writeAndFlush(Unpooled.wrappedBuffer(message.unsafeBytes()))
                .addListener(done -> open.unsent().remove(message.size(), System.nanoTime()));
        return true;
    }

    @Override
    public Reply ask(SpecificRecordBase question, Set<MessageType> expected) {
        var reply = new StreamReply(this::brokenOff);
        Set<MessageType> allowed = EnumSet.copyOf(expected);
        allowed.add(MessageType.REFUSED);
        channel.eventLoop().execute(() -> ask(question, allowed, reply));
        return reply;
    }

    private void ask(SpecificRecordBase question, Set<MessageType> allowed, StreamReply reply) {
        if (!mayOpen()) {
            reply.failed(new PeerRefusal(RefusalReason.BUSY, "so many questions are open here as the peer allows for"));
            return;
        }
        channel.createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInitializer<QuicStreamChannel>() {
                    @Override
                    protected void initChannel(QuicStreamChannel stream) {
                        stream.pipeline().addLast(reply.arrivals());
                        MessageDecoder.addTo(stream.pipeline(), allowed);
                        stream.pipeline().addLast(reply);
                    }
                })
                .addListener(opened -> {
                    if (!opened.isSuccess()) {
                        var why = new PeerRefusal(RefusalReason.CLOSING, "no stream: " + opened.cause());
                        reply.failed(why);
                        end(why);
                        return;
                    }
                    var stream = (QuicStreamChannel) opened.getNow();
                    var unused = stream.writeAndFlush(new DefaultQuicStreamFrame(
                            Unpooled.wrappedBuffer(EncodedMessage.of(question).unsafeBytes()), true));
                });
    }

    /** To open a stream over the limit would use up its id, so that the peer's next limit allows for no stream either. */
    private boolean mayOpen() {
        long now = System.nanoTime();
        if (channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0) {
            mayNotOpenSince = 0;
            return true;
        }
        if (mayNotOpenSince == 0) {
            mayNotOpenSince = now;
        } else if (now - mayNotOpenSince > NO_STREAM_NANOS) {
            end(new PeerRefusal(RefusalReason.CLOSING, "no question came to an end for a minute"));
        }
        return false;
    }

    /** The codec keeps a channel of each such stream until the connection ends. */
    private void brokenOff() {
        brokenOff++;
        if (brokenOff >= BROKEN_OFF) {
            end(new PeerRefusal(RefusalReason.CLOSING, BROKEN_OFF + " answers were broken off"));
        }
    }

    @Override
    public void close(PeerRefusal why) {
        channel.eventLoop().execute(() -> end(why));
    }

    /** The connection works; who dialed begins to speak. */
    void opened() {
        var unused = channel.eventLoop()
                .schedule(
                        () -> {
                            if (info == null) {
                                end(new PeerRefusal(
                                        RefusalReason.TOO_SLOW,
                                        "no hello within "
                                                + shared.limits().helloWithin().toSeconds() + " s"));
                            }
                        },
                        shared.limits().helloWithin().toMillis(),
                        TimeUnit.MILLISECONDS);
        if (dialed) {
            channel.createStream(QuicStreamType.BIDIRECTIONAL, ConnectionHandler.ofStreams())
                    .addListener(opened -> {
                        if (opened.isSuccess()) {
                            sendHello((QuicStreamChannel) opened.getNow());
                        } else {
                            end(new PeerRefusal(RefusalReason.CLOSING, "no stream: " + opened.cause()));
                        }
                    });
        }
    }

    /** The channel has gone; the last reason that was said counts. */
    void lost() {
        if (ended == null) {
            ended = new PeerRefusal(
                    RefusalReason.CLOSING,
                    channel.isTimedOut()
                            ? "nothing heard for " + shared.limits().idle().toSeconds() + " s"
                            : "the connection ended");
        }
        established.completeExceptionally(new PeerException(ended));
        if (told) {
            told = false;
            shared.events().disconnected(this, ended);
        }
    }

    /** The other side ended the connection. */
    void endedByPeer(byte[] reason) {
        if (ended == null) {
            ended = PeerRefusal.parse(new String(reason, StandardCharsets.UTF_8));
        }
    }

    void end(PeerRefusal why) {
        if (ended == null) {
            ended = why;
            ByteBuf reason = Unpooled.copiedBuffer(why.toString(), StandardCharsets.UTF_8);
            var unused = channel.close(true, CLOSED, reason);
        }
    }

    void failed(Throwable cause) {
        end(PeerRefusal.of(cause));
    }

    /** A new stream, whoever opened it. */
    void accept(QuicStreamChannel stream) {
        if (control == null && stream.type() == QuicStreamType.BIDIRECTIONAL) {
            control = stream;
            MessageDecoder.addTo(stream.pipeline(), HELLO);
            stream.pipeline().addLast(new HelloHandler(this));
        } else if (info == null) {
            // Streams overtake each other: what it sends behind its hello may be here before it.
            stream.config().setAutoRead(false);
            early.add(stream);
        } else {
            serve(stream);
        }
    }

    private void serve(QuicStreamChannel stream) {
        if (stream.type() == QuicStreamType.BIDIRECTIONAL) {
            MessageDecoder.addTo(stream.pipeline(), QUESTIONS);
            stream.pipeline().addLast(new QuestionHandler(this, stream, shared, questions));
        } else if (isPushedTo) {
            end(new PeerRefusal(RefusalReason.MALFORMED, "a second stream of pushes"));
        } else {
            isPushedTo = true;
            MessageDecoder.addTo(stream.pipeline(), PUSHED);
            stream.pipeline().addLast(new PushHandler(this, shared, pushed, System::nanoTime));
        }
    }

    private void sendHello(Channel stream) {
        Hash other = fingerprint();
        if (other == null) {
            end(new PeerRefusal(RefusalReason.BAD_PROOF, "no certificate"));
            return;
        }
        var unused = stream.writeAndFlush(Unpooled.wrappedBuffer(
                EncodedMessage.of(shared.handshake().hello(other)).unsafeBytes()));
    }

    /** The other side's hello. */
    void heard(Hello hello) {
        Hash other = fingerprint();
        if (info != null || other == null) {
            end(new PeerRefusal(RefusalReason.MALFORMED, info != null ? "a second hello" : "no certificate"));
            return;
        }
        Handshake.Result result =
                shared.handshake().check(hello, other, (InetSocketAddress) channel.remoteSocketAddress(), dialed);
        PeerInfo peer = result.peer();
        PeerRefusal refusal =
                peer == null ? result.refusal() : shared.events().admit(peer).orElse(null);
        if (peer == null || refusal != null) {
            end(Objects.requireNonNull(refusal));
            return;
        }
        info = peer;
        if (!dialed) {
            sendHello(Objects.requireNonNull(control));
        }
        channel.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInitializer<QuicStreamChannel>() {
                    @Override
                    protected void initChannel(QuicStreamChannel stream) {
                        // Nothing comes back on it.
                    }
                })
                .addListener(opened -> {
                    if (opened.isSuccess()) {
                        begin((QuicStreamChannel) opened.getNow());
                    } else {
                        end(new PeerRefusal(RefusalReason.CLOSING, "no stream: " + opened.cause()));
                    }
                });
    }

    private void begin(QuicStreamChannel stream) {
        boolean isNameless = info().publicKey() == null;
        pushes = new Pushes(stream, new Unsent(shared.unsent(), shared.limits(), isNameless, System.nanoTime()));
        told = true;
        shared.events().connected(this);
        established.complete(this);
        for (QuicStreamChannel waiting : early) {
            serve(waiting);
            waiting.config().setAutoRead(true);
        }
        early.clear();
    }

    private @Nullable Hash fingerprint() {
        try {
            Certificate[] chain =
                    Objects.requireNonNull(channel.sslEngine()).getSession().getPeerCertificates();
            return NodeCertificate.fingerprint((X509Certificate) chain[0]);
        } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
            return null;
        }
    }
}
