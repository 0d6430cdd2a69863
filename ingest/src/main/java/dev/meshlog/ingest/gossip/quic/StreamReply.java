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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** Takes an answer from its stream. The stream is read only while hardly anything waits here. */
final class StreamReply extends SimpleChannelInboundHandler<Decoded> implements Reply {
    /** Messages that wait before reading pauses. */
    private static final int WAITING = 2;

    /**
     * What a peer has to send at the least while somebody waits for the rest of a message: a chunk of a mebibyte then takes four minutes at most, and three
     * of them at a time go through a link of 100 kbit/s.
     */
    static final int LEAST_BYTES_PER_SECOND = 4 << 10;

    private static final int UNWANTED = 2;

    private final Arrivals arrivals = new Arrivals();
    private final Runnable brokenOff;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile @Nullable QuicStreamChannel stream;
    private volatile boolean closed;
    private volatile boolean refused;
    private @Nullable Event end;

    private sealed interface Event {}

    private record Message(SpecificRecordBase value) implements Event {}

    private record End(@Nullable PeerRefusal why) implements Event {}

    /** @param brokenOff told on the event loop when the stream did not come to its end */
    StreamReply(Runnable brokenOff) {
        super(Decoded.class);
        this.brokenOff = brokenOff;
    }

    @Override
    public Optional<SpecificRecordBase> next(Duration patience, Duration altogether)
            throws PeerException, InterruptedException {
        Event event = end == null ? await(patience.toNanos(), altogether.toNanos()) : end;
        if (event instanceof Message message) {
            QuicStreamChannel open = stream;
            if (open != null && events.size() < WAITING) {
                open.config().setAutoRead(true);
            }
            return Optional.of(message.value());
        }
        if (event == null) {
            event = new End(new PeerRefusal(
                    RefusalReason.TOO_SLOW,
                    "no answer, or hardly any, for %.1f s, or no whole one in %.1f s"
                            .formatted(seconds(patience.toNanos()), seconds(altogether.toNanos()))));
            close();
        }
        end = event;
        PeerRefusal why = ((End) event).why();
        if (why != null) {
            throw new PeerException(why);
        }
        return Optional.empty();
    }

    /** Null: less came in the last span of patience than has to, or all of the time is over. */
    private @Nullable Event await(long patience, long altogether) throws InterruptedException {
        long begun = System.nanoTime();
        long left = altogether;
        boolean isComing = true;
        Event event = events.poll();
        while (event == null && isComing && left > 0) {
            long before = arrivals.bytes();
            long span = Math.min(patience, left);
            event = events.poll(span, TimeUnit.NANOSECONDS);
            isComing = arrivals.bytes() - before >= Math.max(1, LEAST_BYTES_PER_SECOND * seconds(span));
            left = altogether - (System.nanoTime() - begun);
        }
        return event;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    /** To stand where the stream's bytes are not messages yet. */
    Arrivals arrivals() {
        return arrivals;
    }

    @Override
    public void close() {
        closed = true;
        QuicStreamChannel open = stream;
        if (open != null) {
            breakOff(open);
        }
        events.clear();
    }

    /** A closed stream alone would go on taking the peer's bytes, and all of a connection stands still once they fill its window. */
    private void breakOff(QuicStreamChannel open) {
        try {
            open.eventLoop().execute(() -> {
                // The end of a refusal is under way.
                if (open.isActive() && !refused) {
                    stop(open);
                }
            });
        } catch (RejectedExecutionException e) {
            // This node stops, and so did the stream.
            closed = true;
        }
    }

    private void stop(QuicStreamChannel open) {
        var unusedStop = open.shutdownInput(UNWANTED);
        var unusedClose = open.close();
        brokenOff.run();
    }

    void failed(PeerRefusal why) {
        events.add(new End(why));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        var opened = (QuicStreamChannel) context.channel();
        stream = opened;
        if (closed) {
            breakOff(opened);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Decoded decoded) {
        if (refused) {
            // Nothing stands behind a refusal.
            stop((QuicStreamChannel) context.channel());
            return;
        }
        if (decoded.message() instanceof Refused refusal) {
            this.refused = true;
            failed(PeerRefusal.of(refusal));
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
        if (closed) {
            events.clear();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(PeerRefusal.of(cause));
        brokenOff.run();
        var unused = context.close();
    }
}
