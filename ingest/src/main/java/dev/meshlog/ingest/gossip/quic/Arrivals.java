package dev.meshlog.ingest.gossip.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes of a stream as they come, before there is a whole message of them. Any thread may ask. */
final class Arrivals extends ChannelInboundHandlerAdapter {
    private final AtomicLong bytes = new AtomicLong();

    long bytes() {
        return bytes.get();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf part) {
            bytes.addAndGet(part.readableBytes());
        }
        context.fireChannelRead(message);
    }
}
