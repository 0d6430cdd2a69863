package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.Refused;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** Takes an answer from its stream. The stream is read only while hardly anything waits here. */
final class StreamReply extends SimpleChannelInboundHandler<Decoded> implements Reply {
    /** Messages that wait before reading pauses. */
    private static final int WAITING = 2;

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile @Nullable QuicStreamChannel stream;
    private volatile boolean closed;
    private @Nullable Event end;

    private sealed interface Event {}

    private record Message(SpecificRecordBase value) implements Event {}

    private record End(@Nullable PeerRefusal why) implements Event {}

    StreamReply() {
        super(Decoded.class);
    }

    @Override
    public Optional<SpecificRecordBase> next(Duration patience) throws PeerException, InterruptedException {
        Event event = end == null ? events.poll(patience.toNanos(), TimeUnit.NANOSECONDS) : end;
        if (event instanceof Message message) {
            QuicStreamChannel open = stream;
            if (open != null && events.size() < WAITING) {
                open.config().setAutoRead(true);
            }
            return Optional.of(message.value());
        }
        if (event == null) {
            event = new End(new PeerRefusal(
                    RefusalReason.TOO_SLOW, "no answer for %.1f s".formatted(patience.toMillis() / 1000.0)));
            close();
        }
        end = event;
        PeerRefusal why = ((End) event).why();
        if (why != null) {
            throw new PeerException(why);
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
        QuicStreamChannel open = stream;
        if (open != null) {
            var unused = open.close();
        }
    }

    void failed(PeerRefusal why) {
        events.add(new End(why));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        var opened = (QuicStreamChannel) context.channel();
        stream = opened;
        if (closed) {
            var unused = opened.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Decoded decoded) {
        if (decoded.message() instanceof Refused refused) {
            failed(PeerRefusal.of(refused));
            var unused = context.close();
            return;
        }
        events.add(new Message(decoded.message()));
        if (events.size() >= WAITING) {
            context.channel().config().setAutoRead(false);
            // Whoever takes them may have come in between, and nobody would say later that there is room.
            if (events.size() < WAITING) {
                context.channel().config().setAutoRead(true);
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) {
            events.add(new End(null));
            var unused = context.close();
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        failed(new PeerRefusal(RefusalReason.CLOSING, "the connection ended before the answer did"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(new PeerRefusal(RefusalReason.MALFORMED, String.valueOf(cause.getMessage())));
        var unused = context.close();
    }
}
