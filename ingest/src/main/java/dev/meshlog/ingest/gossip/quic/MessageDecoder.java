package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ingest.gossip.wire.Messages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.MessageToMessageDecoder;
import java.util.List;
import java.util.Set;

/** From a stream's bytes to messages. What is too long or may not stand here is an exception in the pipeline. */
final class MessageDecoder extends MessageToMessageDecoder<ByteBuf> {
    private final Set<MessageType> allowed;

    private MessageDecoder(Set<MessageType> allowed) {
        super(ByteBuf.class);
        this.allowed = allowed;
    }

    /** The pipeline then carries {@link Decoded}. */
    static void addTo(ChannelPipeline pipeline, Set<MessageType> allowed) {
        pipeline.addLast(
                new LengthFieldBasedFrameDecoder(
                        Messages.maxBytes(allowed), 0, Messages.LENGTH_BYTES, 0, Messages.LENGTH_BYTES),
                new MessageDecoder(allowed));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf frame, List<Object> out) {
        byte[] bytes = ByteBufUtil.getBytes(frame);
        out.add(new Decoded(Messages.decode(bytes, allowed), bytes.length));
    }
}
