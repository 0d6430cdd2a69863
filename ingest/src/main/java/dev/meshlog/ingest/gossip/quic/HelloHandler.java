package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.Hello;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

/** Either side's first message. */
final class HelloHandler extends SimpleChannelInboundHandler<Decoded> {
    private final Connection connection;

    HelloHandler(Connection connection) {
        super(Decoded.class);
        this.connection = connection;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Decoded decoded) {
        connection.heard((Hello) decoded.message());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.failed(cause);
    }
}
