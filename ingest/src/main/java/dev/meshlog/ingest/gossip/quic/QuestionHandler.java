package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One question and its answer. The question's stream has to end in time too: one that does not would be here as long as the connection. */
final class QuestionHandler extends SimpleChannelInboundHandler<Decoded> {
    private final Connection connection;
    private final Connection.Shared shared;
    private final QuestionBudget budget;
    private final StreamAnswer answer;
    private boolean isAsked;
    private @Nullable ScheduledFuture<?> deadline;

    QuestionHandler(Connection connection, QuicStreamChannel stream, Connection.Shared shared, QuestionBudget budget) {
        super(Decoded.class);
        this.connection = connection;
        this.shared = shared;
        this.budget = budget;
        this.answer = new StreamAnswer(stream, shared.limits().readWithin());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        deadline = context.executor()
                .schedule(
                        () -> connection.end(new PeerRefusal(
                                RefusalReason.TOO_SLOW,
                                "a question that is not there after "
                                        + shared.limits().questionWithin().toSeconds() + " s")),
                        shared.limits().questionWithin().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** A timer that ran on would keep the question. */
    private void stopDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Decoded question) {
        if (isAsked) {
            connection.end(new PeerRefusal(RefusalReason.MALFORMED, "a second question on one stream"));
            return;
        }
        isAsked = true;
        long now = System.nanoTime();
        if (!budget.take(now)) {
            var tooFast = new PeerRefusal(
                    RefusalReason.TOO_FAST, "over " + shared.limits().questionsPerMinute() + " questions a minute");
            if (budget.takeRefusal(now)) {
                answer.refuse(tooFast);
            } else {
                connection.end(tooFast);
            }
        } else if (!shared.workers().answer(connection, question.message(), answer)) {
            answer.refuse(new PeerRefusal(RefusalReason.BUSY, "too many questions wait here"));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        answer.changed();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) {
            stopDeadline();
            if (!isAsked) {
                var unused = context.close();
            }
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopDeadline();
        shared.workers().forget(connection, answer);
        answer.changed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.failed(cause);
    }
}
