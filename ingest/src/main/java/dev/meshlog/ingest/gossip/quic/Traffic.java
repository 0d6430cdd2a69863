package dev.meshlog.ingest.gossip.quic;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes in UDP packets of all connections, everything counted but the headers of UDP and IP. Asked on any thread. */
@Sharable
public final class Traffic extends ChannelDuplexHandler {
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();

    Traffic() {}

    public long received() {
        return received.get();
    }

    public long sent() {
        return sent.get();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof DatagramPacket packet) {
            received.addAndGet(packet.content().readableBytes());
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof DatagramPacket packet) {
            sent.addAndGet(packet.content().readableBytes());
        }
        var unused = context.write(message, promise);
    }
}
