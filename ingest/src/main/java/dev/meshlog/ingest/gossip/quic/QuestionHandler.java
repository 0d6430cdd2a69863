package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.TokenBucket;
import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.concurrent.TimeUnit;

/** One question and its answer. */
final class QuestionHandler extends SimpleChannelInboundHandler<Decoded> {
    private final Connection connection;
    private final QuicStreamChannel stream;
    private final Connection.Shared shared;
    private final TokenBucket budget;
    private final StreamAnswer answer;
    private boolean isAsked;

    QuestionHandler(Connection connection, QuicStreamChannel stream, Connection.Shared shared, TokenBucket budget) {
        super(Decoded.class);
        this.connection = connection;
        this.stream = stream;
        this.shared = shared;
        this.budget = budget;
        this.answer = new StreamAnswer(stream, shared.limits().readWithin());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        var unused = context.executor()
                .schedule(
                        () -> {
                            if (!isAsked && stream.isActive()) {
                                connection.end(new PeerRefusal(
                                        RefusalReason.TOO_SLOW,
                                        "a question that is not there after "
                                                + shared.limits()
                                                        .questionWithin()
                                                        .toSeconds() + " s"));
                            }
                        },
                        shared.limits().questionWithin().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Decoded question) {
        if (isAsked) {
            connection.end(new PeerRefusal(RefusalReason.MALFORMED, "a second question on one stream"));
            return;
        }
        isAsked = true;
        if (!budget.take(System.nanoTime())) {
            answer.refuse(new PeerRefusal(
                    RefusalReason.TOO_FAST, "over " + shared.limits().questionsPerMinute() + " questions a minute"));
        } else if (!shared.workers().answer(connection, question.message(), answer)) {
            answer.refuse(new PeerRefusal(RefusalReason.BUSY, "too many questions wait here"));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        answer.changed();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        answer.changed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.failed(cause);
    }
}
