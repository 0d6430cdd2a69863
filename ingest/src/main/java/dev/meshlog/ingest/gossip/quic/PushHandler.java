package dev.meshlog.ingest.gossip.quic;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** Hands a peer's pushes on, and stops reading while too many are not taken or the peer sends faster than it may. */
final class PushHandler extends SimpleChannelInboundHandler<Decoded> {
    private final Connection connection;
    private final Connection.Shared shared;
    private final LongSupplier nanoTime;
    private final ReadBudget budget;
    private int untaken;
    private boolean resting;

    /** @param budget of the whole connection */
    PushHandler(Connection connection, Connection.Shared shared, ReadBudget budget, LongSupplier nanoTime) {
        super(Decoded.class);
        this.connection = connection;
        this.shared = shared;
        this.budget = budget;
        this.nanoTime = nanoTime;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Decoded decoded) {
        untaken += decoded.size();
        long rest = budget.charge(decoded.size(), nanoTime.getAsLong());
        if (rest > 0 && !resting) {
            resting = true;
            var unused = context.executor()
                    .schedule(
                            () -> {
                                resting = false;
                                readOrNot(context);
                            },
                            rest,
                            TimeUnit.NANOSECONDS);
        }
        readOrNot(context);
        var isTaken = new AtomicBoolean();
        shared.events().pushed(connection, decoded.message(), () -> {
            if (isTaken.compareAndSet(false, true)) {
                context.executor().execute(() -> {
                    untaken -= decoded.size();
                    readOrNot(context);
                });
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.failed(cause);
    }

    private void readOrNot(ChannelHandlerContext context) {
        context.channel()
                .config()
                .setAutoRead(!resting && untaken < shared.limits().untaken());
    }
}
