package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.AttributeKey;
import java.util.Objects;
import java.util.Set;

/** Tells a connection when it works and when it ends. */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    /** Connections of one address, or of one IPv6 network of 64 bits, that said no hello yet: a single machine can't take all places. */
    private static final int STRANGERS_OF_AN_ADDRESS = 16;

    private static final AttributeKey<Connection> CONNECTION = AttributeKey.valueOf(Connection.class, "connection");

    private final Connection connection;
    private final Set<Connection> all;
    private final int atMost;

    private ConnectionHandler(Connection connection, Set<Connection> all, int atMost) {
        this.connection = connection;
        this.all = all;
        this.atMost = atMost;
    }

    /**
     * For the channels of connections.
     *
     * @param all kept up to date
     */
    static ChannelHandler ofEach(Connection.Shared shared, boolean dialed, Set<Connection> all, int atMost) {
        return new ChannelInitializer<QuicChannel>() {
            @Override
            protected void initChannel(QuicChannel channel) {
                var connection = new Connection(channel, dialed, shared);
                channel.attr(CONNECTION).set(connection);
                channel.pipeline().addLast(new ConnectionHandler(connection, all, atMost));
            }
        };
    }

    /** For the channels of streams. */
    static ChannelHandler ofStreams() {
        return new ChannelInitializer<QuicStreamChannel>() {
            @Override
            protected void initChannel(QuicStreamChannel stream) {
                of(stream.parent()).accept(stream);
            }
        };
    }

    static Connection of(QuicChannel channel) {
        return Objects.requireNonNull(channel.attr(CONNECTION).get());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (all.size() >= atMost) {
            connection.end(new PeerRefusal(RefusalReason.TOO_MANY_PEERS, "all " + atMost + " places are taken"));
            return;
        }
        long strangers = all.stream().filter(connection::isStrangerLike).count();
        if (strangers >= STRANGERS_OF_AN_ADDRESS) {
            connection.end(new PeerRefusal(
                    RefusalReason.TOO_MANY_PEERS,
                    STRANGERS_OF_AN_ADDRESS + " connections of that address have said no hello yet"));
            return;
        }
        all.add(connection);
        connection.opened();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof QuicConnectionCloseEvent close && close.isApplicationClose()) {
            connection.endedByPeer(close.reason());
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        all.remove(connection);
        connection.lost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.failed(cause);
    }
}
