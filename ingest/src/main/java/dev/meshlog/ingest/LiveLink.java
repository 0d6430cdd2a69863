package dev.meshlog.ingest;

import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.SourcePosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live source and its spool. The source fills the spool in a thread of its own, whether Kafka answers or not; {@link #run} is the spool on
 * its way into Kafka, and to the rest of this module it is a source that can be read again.
 */
final class LiveLink implements Link {
    private static final Logger LOG = LoggerFactory.getLogger(LiveLink.class);
    private static final Duration NOTICE = Duration.ofMillis(250);
    private static final Duration STATUS = Duration.ofSeconds(10);
    private static final Duration STATUS_AT_REST = Duration.ofMinutes(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final int READ = 512;

    private final String name;
    private final byte[] key;
    private final String network;
    private final Path directory;
    private final long limit;
    private final LiveSource source;
    private final Clock clock;
    private final LinkRecords records;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Spool spool;
    private volatile @Nullable SpoolSink sink;
    private volatile @Nullable LinkException failure;
    private Spool.Totals reported = new Spool.Totals(0, 0, 0);
    private Map<String, String> reportedFacts = Map.of();
    private long reportedAt = System.nanoTime();

    /** @param directory of the spool */
    LiveLink(String network, String name, Path directory, long limit, Clock clock, LiveSource source) {
        this.name = name;
        this.key = name.getBytes(StandardCharsets.UTF_8);
        this.network = network;
        this.directory = directory;
        this.limit = limit;
        this.clock = clock;
        this.records = new LinkRecords(network, name, clock);
        this.source = source;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String network() {
        return network;
    }

    @Override
    public void open() throws LinkException {
        try {
            spool = openSpool();
        } catch (IOException e) {
            throw new LinkException("the spool " + directory.toAbsolutePath() + " can't be used: " + e.getMessage(), e);
        }
        sink = new SpoolSink(name, spool, records, clock);
        var receiver = new Thread(this::receive, "receive-" + name);
        receiver.setDaemon(true);
        receiver.start();
    }

    /** Nothing is ever deleted that can't be read: it is put aside under another name, and somebody is told. */
    private Spool openSpool() throws IOException {
        try {
            return new Spool(directory, limit);
        } catch (SpoolDamagedException e) {
            Path aside = directory.resolveSibling(directory.getFileName() + ".damaged-" + clock.millis());
            Files.move(directory, aside);
            LOG.error("link {}: its spool can't be read and was put aside as {}: {}", name, aside, e.getMessage());
            var fresh = new Spool(directory, limit);
            new SpoolSink(name, fresh, records, clock)
                    .report(
                            LinkEventKind.DROPPED,
                            "the spool was damaged; what Kafka did not have yet is in " + aside + " and is not sent");
            return fresh;
        }
    }

    private void receive() {
        try {
            source.run(Objects.requireNonNull(sink));
        } catch (LinkException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("link {}: a defect", name, e);
            failure = new LinkException("a defect in the link: " + e.getClass().getName(), e);
        } finally {
            ended.countDown();
        }
    }

    @Override
    public Optional<SpoolLevel> spool() {
        return Optional.ofNullable(spool)
                .map(open -> new SpoolLevel(
                        open.totals().messages(), open.bytes(), open.totals().dropped()));
    }

    @Override
    public boolean mayRepeat() {
        return opened().mayHoldWhatKafkaHas();
    }

    @Override
    public boolean isOwn(SourcePosition position) {
        return position.getFingerprint().equals(opened().id());
    }

    @Override
    public void run(@Nullable SourcePosition acknowledged, Sink kafka) throws LinkException, InterruptedException {
        Spool from = opened();
        try {
            from.feeds();
            long at = 0;
            if (acknowledged != null) {
                at = acknowledged.getEnd();
                from.release(at);
            }
            while (true) {
                boolean last = ended.getCount() == 0;
                List<Spool.Entry> entries = from.read(at, READ);
                if (!entries.isEmpty()) {
                    kafka.accept(received(from, entries));
                    at = entries.get(entries.size() - 1).sequence();
                }
                status(from, kafka);
                if (entries.isEmpty()) {
                    if (last) {
                        break;
                    }
                    from.awaitBehind(at, NOTICE);
                }
            }
        } catch (IOException e) {
            throw new LinkException("the spool " + directory.toAbsolutePath() + ": " + e.getMessage(), e);
        }
        LinkException why = failure;
        if (why != null) {
            throw why;
        }
    }

    /** What is delivered together is committed together, so only the last one needs a position. */
    private List<Received> received(Spool from, List<Spool.Entry> entries) {
        var received = new ArrayList<Received>(entries.size());
        long last = entries.get(entries.size() - 1).sequence();
        for (Spool.Entry entry : entries) {
            SourcePosition position = entry.sequence() == last ? new SourcePosition(from.id(), entry.sequence()) : null;
            received.add(new Received.Encoded(
                    SpooledRecord.decode(key, entry.content().duplicate()), position));
        }
        return received;
    }

    /** Where the link stands, soon after that changed and now and then, so that it need not be looked for far back. */
    private void status(Spool from, Sink kafka) throws InterruptedException {
        Standing standing = Objects.requireNonNull(sink).standing();
        Map<String, String> facts = standing.facts();
        Spool.Totals totals = from.totals();
        Duration passed = Duration.ofNanos(System.nanoTime() - reportedAt);
        boolean moved = !facts.equals(reportedFacts);
        boolean due = passed.compareTo(totals.equals(reported) ? STATUS_AT_REST : STATUS) >= 0;
        if (moved || due) {
            reported = totals;
            reportedFacts = Map.copyOf(facts);
            reportedAt = System.nanoTime();
            facts.put("spoolBytes", Long.toString(from.bytes()));
            facts.put("spoolLimit", Long.toString(limit));
            Map<String, Long> counters =
                    Map.of("spooled", totals.messages(), "spooledBytes", totals.bytes(), "dropped", totals.dropped());
            kafka.accept(List.of(new Received.Encoded(
                    records.event(LinkEventKind.STATUS, null, standing.ownNode(), counters, facts), null)));
        }
    }

    @Override
    public void kept(SourcePosition position) {
        try {
            opened().release(position.getEnd());
        } catch (IOException e) {
            // It stays, and its position in Kafka says that it need not be sent again.
            LOG.warn("link {}: {}", name, e.getMessage());
        }
    }

    @Override
    public void close() {
        SpoolSink open = sink;
        if (open != null) {
            open.closing();
        }
        source.close();
    }

    @Override
    public void closed() {
        boolean quiet = false;
        try {
            quiet = ended.await(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!quiet) {
            LOG.warn("link {}: its source did not stop in time", name);
        }
        if (spool != null) {
            spool.close();
        }
    }

    private Spool opened() {
        return Objects.requireNonNull(spool, "open comes first");
    }
}
