package dev.meshlog.ingest.radio;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that takes what is written without waiting: a thread of its own gives it to the line, frame by frame. So a radio that takes
 * nothing more stops nobody; the reader ends the session after a while. A frame that could not be written whole is the last one: another one
 * behind it would be taken for the rest of it.
 *
 * <p>One thread reads and closes; any may write.
 */
final class QueuedConnection implements RadioConnection {
    /** Many times what a radio has under way; more only waits when it takes nothing. */
    static final int MOST_WAITING = 256;

    /** What a radio said before a write failed is still read. */
    private static final Duration REST = Duration.ofSeconds(1);

    private static final Duration LAST_WORDS = Duration.ofMillis(500);
    private static final byte[] END = new byte[0];

    private final RadioConnection line;
    private final Duration patience;
    private final LongSupplier nanos;
    private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread writer;
    private volatile @Nullable Long writingSince;
    private volatile @Nullable Failure failure;
    private boolean nothingMore;

    private record Failure(IOException cause, long at) {}

    private QueuedConnection(RadioConnection line, String link, Duration patience, LongSupplier nanos) {
        this.line = line;
        this.patience = patience;
        this.nanos = nanos;
        this.writer = new Thread(this::write, "write-" + link);
        this.writer.setDaemon(true);
    }

    /** @param patience how long the line may take nothing of a frame */
    static QueuedConnection open(RadioConnection line, String link, Duration patience, LongSupplier nanos) {
        var connection = new QueuedConnection(line, link, patience, nanos);
        connection.writer.start();
        return connection;
    }

    /** @throws IOException also when nothing can be written any more */
    @Override
    public int read(byte[] into, Duration most) throws IOException {
        Long since = writingSince;
        if (since != null && passed(since).compareTo(patience) >= 0) {
            throw new IOException("the radio took nothing for " + patience.toSeconds() + " s");
        }
        Failure broken = failure;
        if (broken != null && (nothingMore || passed(broken.at).compareTo(REST) >= 0)) {
            IOException cause = broken.cause;
            String why = Objects.requireNonNullElse(
                    cause.getMessage(), cause.getClass().getSimpleName());
            throw new IOException("the radio could not be written to: " + why, cause);
        }
        int read = line.read(into, most);
        nothingMore = read == 0;
        return read;
    }

    /** @throws IOException when it will not be written */
    @Override
    public void write(byte[] bytes) throws IOException {
        if (failure != null) {
            throw new IOException("an earlier write failed");
        }
        if (!waiting.offer(bytes)) {
            throw new IOException(MOST_WAITING + " messages wait already");
        }
    }

    private void write() {
        try {
            for (byte[] next = waiting.take(); next != END; next = waiting.take()) {
                writingSince = nanos.getAsLong();
                line.write(next);
                writingSince = null;
            }
        } catch (IOException e) {
            failure = new Failure(e, nanos.getAsLong());
            writingSince = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration passed(long since) {
        return Duration.ofNanos(nanos.getAsLong() - since);
    }

    /** What waits may still go, for a moment. */
    @Override
    public void close() {
        try {
            if (waiting.offer(END)) {
                writer.join(LAST_WORDS.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        line.close();
        writer.interrupt();
    }
}
