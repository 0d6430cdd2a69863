package dev.meshlog.ingest;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every configured link, each on its own: one that fails does not touch the others. */
public final class IngestApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IngestApp.class);
    /** For what is under way, and then for what has to be given up. */
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private static final Duration GIVE_UP = Duration.ofSeconds(2);

    private final Map<String, Ingestor> ingestors = new LinkedHashMap<>();
    private final Map<String, Thread> threads = new LinkedHashMap<>();

    public IngestApp(IngestConfig config) {
        var context = new LinkContext(config.spools(), config.clock(), new Random(), new RadioClaims(), config.ports());
        for (LinkConfig link : config.links()) {
            var ingestor = new Ingestor(link.open(context), config.client(), config.clock());
            ingestors.put(link.name(), ingestor);
            threads.put(link.name(), new Thread(ingestor, "link-" + link.name()));
        }
    }

    public void start() {
        threads.values().forEach(Thread::start);
    }

    /** @throws IllegalArgumentException when there is no such link */
    public LinkState state(String link) {
        return ingestor(link).state();
    }

    /** How full the link's spool is; empty when it has none. */
    public Optional<SpoolLevel> spool(String link) {
        return ingestor(link).spool();
    }

    /** Whether the link's source has ended and everything from it is committed. */
    public boolean isFinished(String link) {
        return state(link) == LinkState.FINISHED;
    }

    /** Waits until no link has anything more to do, whatever the reason. */
    public boolean awaitFinished(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Ingestor ingestor : ingestors.values()) {
            if (!ingestor.awaitEnd(Duration.ofNanos(deadline - System.nanoTime()))) {
                return false;
            }
        }
        return true;
    }

    /** Takes at most 5 s. What Kafka has not committed by then is read from the source again at the next start. */
    @Override
    public void close() {
        ingestors.values().forEach(Ingestor::close);
        try {
            if (!joined(DRAIN)) {
                threads.values().forEach(Thread::interrupt);
                if (!joined(GIVE_UP)) {
                    LOG.warn("a link did not stop in time");
                }
            }
        } catch (InterruptedException e) {
            threads.values().forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
    }

    private boolean joined(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean all = true;
        for (Thread thread : threads.values()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (thread.isAlive() && left > 0) {
                thread.join(left);
            }
            all &= !thread.isAlive();
        }
        return all;
    }

    private Ingestor ingestor(String link) {
        Ingestor ingestor = ingestors.get(link);
        if (ingestor == null) {
            throw new IllegalArgumentException("there is no link " + link + "; there are " + ingestors.keySet());
        }
        return ingestor;
    }
}
