package dev.meshlog.ingest;

import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.SourcePosition;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what a source hands over into its spool. Any thread may use it. */
final class SpoolSink implements LiveSink {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolSink.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    /** Between two reports of the same trouble. */
    private static final Duration REPEAT = Duration.ofSeconds(10);

    private final String link;
    private final Spool spool;
    private final LinkRecords records;
    private final Clock clock;
    private final Standing standing;
    private volatile boolean closing;
    private long complainedAt;
    private long toldAt;
    private long untold;
    private String lastTrouble = "";

    SpoolSink(String link, Spool spool, LinkRecords records, Clock clock) {
        this.link = link;
        this.spool = spool;
        this.records = records;
        this.clock = clock;
        this.standing = new Standing(clock.instant());
    }

    Standing standing() {
        return standing;
    }

    /** From now on the limit does not count: what is received must go somewhere. */
    void closing() {
        closing = true;
        tellDropped(0, "");
    }

    @Override
    public void keep(List<Received> batch) throws InterruptedException {
        List<LongFunction<byte[]>> drafts = drafts(batch);
        while (true) {
            String trouble;
            try {
                if (spool.append(drafts, closing)) {
                    return;
                }
                trouble = "the spool is full; the source waits until Kafka takes something";
            } catch (IOException e) {
                if (closing) {
                    spool.dropped(batch.size());
                    LOG.error("link {}: {} messages are lost: {}", link, batch.size(), e.getMessage());
                    return;
                }
                trouble = "the spool can't be written, the source waits: " + e.getMessage();
            }
            if (complain()) {
                LOG.warn("link {}: {}", link, trouble);
            }
            spool.awaitRoom(LOOK_AGAIN);
        }
    }

    @Override
    public boolean offer(List<Received> batch) {
        String trouble = "the spool is full";
        try {
            if (spool.append(drafts(batch), closing)) {
                tellDropped(0, "");
                return true;
            }
        } catch (IOException e) {
            trouble = String.valueOf(e.getMessage());
        }
        spool.dropped(batch.size());
        tellDropped(batch.size(), trouble);
        return false;
    }

    /** The first loss is told at once, more of them from time to time. */
    private synchronized void tellDropped(int more, String why) {
        if (more > 0) {
            untold += more;
            lastTrouble = why;
        }
        long now = System.nanoTime();
        if (untold > 0 && (closing || toldAt == 0 || now - toldAt >= REPEAT.toNanos())) {
            toldAt = now;
            LOG.error("link {}: dropped {} messages: {}", link, untold, lastTrouble);
            report(
                    LinkEventKind.DROPPED,
                    "dropped " + untold + (untold == 1 ? " message: " : " messages: ") + lastTrouble);
            untold = 0;
        }
    }

    private synchronized boolean complain() {
        long now = System.nanoTime();
        if (complainedAt != 0 && now - complainedAt < REPEAT.toNanos()) {
            return false;
        }
        complainedAt = now;
        return true;
    }

    @Override
    public void report(LinkEventKind kind, @Nullable String detail, @Nullable Long ownNode, Map<String, String> facts) {
        standing.reported(kind, detail, ownNode, facts, clock.instant());
        byte[] event = SpooledRecord.encode(records.event(kind, detail, ownNode, Map.of(), facts));
        try {
            spool.append(List.of(sequence -> event), true);
        } catch (IOException e) {
            LOG.error("link {}: {} {} could not be kept: {}", link, kind, detail, e.getMessage());
        }
    }

    @Override
    public void note(String fact, String value) {
        standing.noted(fact, value);
    }

    @Override
    public <V> boolean write(Topic<String, V> topic, V value) {
        byte[] content = SpooledRecord.encode(records.done(topic, value));
        try {
            return spool.append(List.of(sequence -> content), true);
        } catch (IOException e) {
            LOG.error("link {}: a record of {} could not be kept: {}", link, topic.name(), e.getMessage());
            return false;
        }
    }

    private List<LongFunction<byte[]>> drafts(List<Received> batch) {
        var drafts = new ArrayList<LongFunction<byte[]>>(batch.size());
        for (Received received : batch) {
            drafts.add(
                    sequence -> SpooledRecord.encode(records.of(received, new SourcePosition(spool.id(), sequence))));
        }
        return drafts;
    }
}
