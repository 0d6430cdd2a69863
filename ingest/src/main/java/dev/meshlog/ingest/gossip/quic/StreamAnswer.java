package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** Writes an answer to its stream, as fast as the peer reads. */
final class StreamAnswer implements Answer {
    private static final int BROKEN_OFF = 1;

    private final QuicStreamChannel stream;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable ChannelFuture last;
    private boolean ended;

    StreamAnswer(QuicStreamChannel stream, Duration patience) {
        this.stream = stream;
        this.patience = patience;
    }

    @Override
    public void send(SpecificRecordBase message) throws PeerException, InterruptedException {
        awaitWritable();
        write(message);
    }

    @Override
    public void refuse(PeerRefusal why) {
        write(why.record());
        end();
    }

    void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (last == null) {
            var unused = stream.shutdownOutput();
        } else {
            // The codec sends the stream's end at once, ahead of what it has not written yet, and then drops that.
            last.addListener(done -> {
                var unused = stream.shutdownOutput();
            });
        }
    }

    /** The stream can be written to again, or is gone. */
    void changed() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void write(SpecificRecordBase message) {
        if (!ended) {
            last = stream.writeAndFlush(
                    Unpooled.wrappedBuffer(EncodedMessage.of(message).unsafeBytes()));
        }
    }

    private void awaitWritable() throws PeerException, InterruptedException {
        long nanos = patience.toNanos();
        // Looked at once a turn: what was just handed over may fill the stream at any moment.
        boolean isWritable;
        lock.lock();
        try {
            isWritable = stream.isWritable();
            while (stream.isActive() && !isWritable && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
                isWritable = stream.isWritable();
            }
        } finally {
            lock.unlock();
        }
        if (!stream.isActive()) {
            throw new PeerException(new PeerRefusal(RefusalReason.CLOSING, "the peer wants no more"));
        }
        if (!isWritable) {
            // Not closed: that would look like the answer's end.
            var unused = stream.shutdown(BROKEN_OFF);
            throw new PeerException(new PeerRefusal(RefusalReason.TOO_SLOW, "the peer does not read its answer"));
        }
    }
}
