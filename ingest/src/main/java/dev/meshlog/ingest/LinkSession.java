package dev.meshlog.ingest;

import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.SourcePosition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A link's messages on their way into Kafka, from one start of its producer to the next. The link reads in a thread of its own and
 * waits when too much is under way; the caller's thread writes. A transaction takes what is there, up to about {@value #MAX_BATCH}
 * messages or {@value #MAX_WAIT_MS} ms, so that nobody waits longer for a lonely message.
 */
final class LinkSession implements AutoCloseable {
    private static final int MAX_BATCH = 8_192;
    private static final long MAX_WAIT_MS = 100;
    /** Of the batches that a link delivers. */
    private static final int UNDER_WAY = 4;

    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final Link link;
    private final Producer<byte[], byte[]> producer;
    private final LinkRecords records;
    private final BlockingQueue<Delivery> deliveries = new ArrayBlockingQueue<>(UNDER_WAY);
    private @Nullable Thread reader;

    LinkSession(Link link, Producer<byte[], byte[]> producer, LinkRecords records) {
        this.link = link;
        this.producer = producer;
        this.records = records;
    }

    /**
     * Runs until the source has ended.
     *
     * @return how many records were made of it
     * @throws LinkException the source's failure, after everything that came before it was kept
     */
    long run(@Nullable SourcePosition acknowledged) throws LinkException, InterruptedException {
        event(LinkEventKind.OPENED, acknowledged == null ? null : "continues behind " + acknowledged.getEnd());
        reader = new Thread(() -> read(acknowledged), "read-" + link.name());
        reader.setDaemon(true);
        reader.start();
        long count = 0;
        while (true) {
            Delivery first = deliveries.take();
            if (first.received == null) {
                return ended(first, count);
            }
            producer.beginTransaction();
            Delivery next = first;
            long full = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MS);
            int batch = 0;
            SourcePosition last = null;
            while (next != null && next.received != null) {
                for (Received received : next.received) {
                    send(records.of(received));
                    last = received.source() == null ? last : received.source();
                }
                batch += next.received.size();
                long left = full - System.nanoTime();
                next = batch >= MAX_BATCH || left <= 0 ? null : deliveries.poll(left, TimeUnit.NANOSECONDS);
            }
            producer.commitTransaction();
            if (last != null) {
                link.kept(last);
            }
            count += batch;
            if (next != null) {
                return ended(next, count);
            }
        }
    }

    private long ended(Delivery end, long count) throws LinkException {
        if (end.failure != null) {
            throw end.failure;
        }
        event(LinkEventKind.CLOSED, null);
        return count;
    }

    private void event(LinkEventKind kind, @Nullable String detail) {
        producer.beginTransaction();
        send(records.event(kind, detail));
        producer.commitTransaction();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What a send meets, the commit of its transaction throws.
    private void send(ProducerRecord<byte[], byte[]> record) {
        producer.send(record);
    }

    private void read(@Nullable SourcePosition acknowledged) {
        try {
            LinkException failure = null;
            try {
                link.run(acknowledged, batch -> deliveries.put(new Delivery(batch, null)));
            } catch (LinkException e) {
                failure = e;
            } catch (RuntimeException e) {
                failure = new LinkException(
                        "a defect in the link: " + e.getClass().getName(), e);
            }
            deliveries.put(new Delivery(null, failure));
        } catch (InterruptedException e) {
            // The session is over: what was not yet taken is read again in the next one.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.interrupt();
        }
        producer.close(CLOSE);
    }

    /** What was received, or the end of the source when there is nothing. */
    private record Delivery(
            @Nullable List<Received> received, @Nullable LinkException failure) {}
}
