package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.schemas.gossip.RefusalReason;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer to its stream, as fast as the peer reads. A peer that reads less than {@link #PIECE} within the patience is given up, up to the end of the
 * answer: until then the answer keeps its thread, so that what waits for peers is bounded by the threads.
 */
final class StreamAnswer implements Answer {
    private static final int BROKEN_OFF = 1;

    /** After which the peer knows that a stream was reset. */
    private static final int LINGER_SECONDS = 5;

    /** Bytes that are handed over at a time. */
    private static final int PIECE = 64 << 10;

    private final QuicStreamChannel stream;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable ChannelFuture last;
    private long handedOver;
    private boolean ended;
    private volatile boolean isGivenUp;

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

    /** The stream has ended once all was handed over, or what is left of the answer is given up after a while. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        ScheduledFuture<?> deadline = giveUpLater();
        stream.closeFuture().addListener(closed -> deadline.cancel(false));
        if (last == null) {
            shutdownOutput();
        } else {
            // The codec sends the stream's end at once, ahead of what it has not written yet, and then drops that.
            last.addListener(done -> shutdownOutput());
        }
    }

    /** Waits until the answer is over, one way or the other. */
    void awaitEnd() throws InterruptedException {
        stream.closeFuture().await();
    }

    /** Whether the peer did not read it for so long. */
    boolean isGivenUp() {
        return isGivenUp;
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
        if (ended) {
            return;
        }
        byte[] bytes = EncodedMessage.of(message).unsafeBytes();
        for (int from = 0; from < bytes.length; from += PIECE) {
            ChannelFuture piece =
                    stream.write(Unpooled.wrappedBuffer(bytes, from, Math.min(PIECE, bytes.length - from)));
            piece.addListener(this::took);
            last = piece;
        }
        stream.flush();
    }

    private void took(Future<? super Void> piece) {
        if (!piece.isSuccess()) {
            drop();
            return;
        }
        lock.lock();
        try {
            handedOver++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void shutdownOutput() {
        stream.shutdownOutput().addListener(done -> {
            if (!done.isSuccess()) {
                drop();
            }
        });
        stream.eventLoop().execute(this::giveUpWhenStopped);
    }

    /**
     * Closing lets go of what waits here, but says that the answer ends: not before the peer knows better, and at once only where it does not want to know.
     */
    private void breakOff() {
        isGivenUp = true;
        if (stream.isActive()) {
            var unusedReset = stream.shutdown(BROKEN_OFF);
            ScheduledFuture<?> unusedClose = stream.eventLoop().schedule(this::drop, LINGER_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void drop() {
        var unused = stream.close();
    }

    /**
     * A stream that the peer stopped before anything was written to it is forgotten below, and what is written then stays with the codec as if there were no
     * room; but there was room, where a stream that waits for its peer has none.
     */
    private void giveUpWhenStopped() {
        if (!stream.isWritable() && stream.bytesBeforeUnwritable() > 0) {
            drop();
        }
    }

    /** On the stream's event loop: again and again, until nothing was handed over in between. */
    private ScheduledFuture<?> giveUpLater() {
        var progress = new Object() {
            private long before = handedOver();
        };
        return stream.eventLoop()
                .scheduleWithFixedDelay(
                        () -> {
                            long now = handedOver();
                            if (now == progress.before) {
                                breakOff();
                            }
                            progress.before = now;
                        },
                        patience.toNanos(),
                        patience.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    private long handedOver() {
        lock.lock();
        try {
            return handedOver;
        } finally {
            lock.unlock();
        }
    }

    private void awaitWritable() throws PeerException, InterruptedException {
        long nanos = patience.toNanos();
        // Looked at once a turn: what was just handed over may fill the stream at any moment.
        boolean isWritable = stream.isWritable();
        if (!isWritable) {
            stream.eventLoop().execute(this::giveUpWhenStopped);
        }
        lock.lock();
        try {
            long before = handedOver;
            isWritable = stream.isWritable();
            while (stream.isActive() && !isWritable && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
                if (handedOver != before) {
                    before = handedOver;
                    nanos = patience.toNanos();
                }
                isWritable = stream.isWritable();
            }
        } finally {
            lock.unlock();
        }
        if (!stream.isActive()) {
            throw new PeerException(new PeerRefusal(RefusalReason.CLOSING, "the peer wants no more"));
        }
        if (!isWritable) {
            breakOff();
            throw new PeerException(new PeerRefusal(RefusalReason.TOO_SLOW, "the peer does not read its answer"));
        }
    }
}
