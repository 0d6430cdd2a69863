package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.ToRadio;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. What waits for the client stays in its session until the socket takes it, so a slow client costs what its session may
 * hold and the few frames that Netty has. Everything happens in the server's one thread.
 */
final class ClientChannel extends SimpleChannelInboundHandler<ByteBuf> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientChannel.class);
    /** Clients send some dozens of bytes to wake a radio. */
    private static final int MAX_NOISE = 16 << 10;

    private final Switchboard switchboard;
    private final LongSupplier nanos;
    private final Runnable afterwards;
    private final Counts counts;
    private final DeviceFrames frames = new DeviceFrames();
    private @Nullable ClientSession session;
    private @Nullable ChannelHandlerContext channel;

    /** What the server counts. */
    interface Counts {
        void closed(String client, String reason);
    }

    /** @param afterwards writes what one client's message led to, to all of them */
    ClientChannel(Switchboard switchboard, LongSupplier nanos, Runnable afterwards, Counts counts) {
        this.switchboard = switchboard;
        this.nanos = nanos;
        this.afterwards = afterwards;
        this.counts = counts;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context;
        session = switchboard.connected(text(context), nanos.getAsLong());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        ClientSession client = session;
        if (client == null) {
            return;
        }
        for (ByteString payload : frames.feed(ByteBufUtil.getBytes(bytes))) {
            try {
                switchboard.said(client, ToRadio.parseFrom(payload), nanos.getAsLong());
            } catch (InvalidProtocolBufferException e) {
                LOG.debug("{}: {} bytes that are no message", client.address(), payload.size());
            }
        }
        if (frames.noise() > MAX_NOISE) {
            client.close("does not speak the protocol");
        }
        afterwards.run();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        write();
        context.fireChannelWritabilityChanged();
    }

    /** Writes as much as the socket takes, and closes it once the session is closed. */
    void write() {
        ChannelHandlerContext open = channel;
        ClientSession client = session;
        if (open == null || client == null) {
            return;
        }
        boolean written = false;
        while (open.channel().isWritable()) {
            ByteString message = client.next(nanos.getAsLong());
            if (message == null) {
                break;
            }
            var unused = open.write(Unpooled.wrappedBuffer(DeviceFrames.frame(message)), open.voidPromise());
            written = true;
        }
        if (written) {
            open.flush();
        }
        client.closed().ifPresent(reason -> {
            session = null;
            switchboard.gone(client);
            counts.closed(client.address(), reason);
            var unused = open.close();
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ClientSession client = session;
        if (client != null) {
            session = null;
            switchboard.gone(client);
            counts.closed(client.address(), "");
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{}: {}", text(context), cause.getMessage());
        } else {
            LOG.error("a defect while serving {}", text(context), cause);
        }
        var unused = context.close();
    }

    private static String text(ChannelHandlerContext context) {
        var address = (InetSocketAddress) context.channel().remoteAddress();
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
