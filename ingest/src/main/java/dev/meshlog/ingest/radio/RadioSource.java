package dev.meshlog.ingest.radio;

import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.LinkException;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.LiveSource;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A radio behind a byte stream: a session after the other.
 *
 * <p>A radio serves one client. When it closes a connection that worked and says afterwards that it has not started anew, another program has
 * taken it. Taking it back at once, again and again, would serve nobody: from the second time on the pauses are longer.
 */
final class RadioSource implements LiveSource {
    private static final Logger LOG = LoggerFactory.getLogger(RadioSource.class);

    private final String link;
    private final String place;
    private final RadioConnector connector;
    private final Timing timing;
    private final LinkContext context;
    private final LongSupplier nanos;
    private final RadioPort port;
    private final Backoff pauses;
    private final Backoff rivalPauses;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable RadioSession session;
    /** Of the last session that got so far. */
    private String lastRadio = "";

    private long lastReboots;
    /** The radio closed a session that worked, and nobody knows why yet. */
    private boolean closedByRadio;

    private int takeovers;
    private String lastTrouble = "";

    RadioSource(
            String link,
            String place,
            RadioConnector connector,
            Timing timing,
            LinkContext context,
            LongSupplier nanos) {
        this.link = link;
        this.place = place;
        this.connector = connector;
        this.timing = timing;
        this.context = context;
        this.nanos = nanos;
        this.port = context.ports().of(link);
        this.pauses = new Backoff(timing.firstPause(), timing.longestPause(), context.random());
        this.rivalPauses = new Backoff(timing.rivalPause(), timing.longestRivalPause(), context.random());
    }

    @Override
    public void run(LiveSink sink) throws LinkException, InterruptedException {
        port.opened(sink);
        do {
            long began = nanos.getAsLong();
            int takenBefore = takeovers;
            try {
                runSession(sink);
            } finally {
                context.claims().release(link);
            }
            boolean lasted = nanos.getAsLong() - began >= timing.settled().toNanos();
            if (lasted) {
                pauses.reset();
            }
            if (lasted && takeovers == takenBefore) {
                takeovers = 0;
                rivalPauses.reset();
            }
        } while (!closed.await(pause().toNanos(), TimeUnit.NANOSECONDS));
    }

    private Duration pause() {
        return closedByRadio && takeovers > 0 ? rivalPauses.next() : pauses.next();
    }

    private void runSession(LiveSink sink) throws LinkException, InterruptedException {
        String trouble;
        boolean wasComplete = false;
        try (RadioConnection open = QueuedConnection.open(connector.connect(), link, timing.answer(), nanos)) {
            var current = new RadioSession(
                    open, sink, port, new Watching(sink), timing, context.clock(), nanos, context.random());
            session = current;
            if (closed.getCount() == 0) {
                current.close();
            }
            try {
                RadioSession.End end = current.run();
                trouble = switch (end) {
                    case CLOSED_BY_US -> "";
                    case CLOSED_BY_RADIO -> "the radio closed the connection";
                    case NO_ANSWER ->
                        "no answer to a heartbeat for " + timing.answer().toSeconds() + " s";
                };
                closedByRadio = end == RadioSession.End.CLOSED_BY_RADIO && current.isComplete();
            } finally {
                wasComplete = current.isComplete();
            }
        } catch (IOException e) {
            trouble = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
        } finally {
            session = null;
        }
        if (closed.getCount() == 0) {
            return;
        }
        if (wasComplete || !trouble.equals(lastTrouble)) {
            lastTrouble = trouble;
            LOG.warn("link {}: {}: {}", link, place, trouble);
            sink.report(LinkEventKind.LOST, place + ": " + trouble);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        connector.abort();
        RadioSession current = session;
        if (current != null) {
            current.close();
        }
    }

    /** What is known across sessions. */
    private final class Watching implements RadioSession.Watch {
        private final LiveSink sink;
        private boolean known;

        private Watching(LiveSink sink) {
            this.sink = sink;
        }

        @Override
        public void identified(RadioFacts radio) throws LinkException {
            Optional<String> other = context.claims().claim(radio.identity(), link);
            if (other.isPresent()) {
                throw new LinkException(
                        "link " + link + " (" + place + ") reaches the same radio as link " + other.get() + ", node "
                                + NodeNumber.text(Objects.requireNonNull(radio.node()))
                                + "; a radio serves one client: remove one of the two links");
            }
            boolean same = radio.identity().equals(lastRadio);
            if (same && radio.reboots() > lastReboots) {
                sink.report(
                        LinkEventKind.REBOOTED,
                        "it has started " + radio.reboots() + " times, at the last session " + lastReboots,
                        radio.node(),
                        radio.asMap());
            } else if (same && !known && closedByRadio) {
                takeovers++;
                sink.report(
                        LinkEventKind.TAKEN_OVER,
                        "the radio closed a connection that worked and has not started anew: another program connects to it",
                        radio.node(),
                        Map.of("times", Integer.toString(takeovers)));
            }
            known = true;
            closedByRadio = false;
            lastRadio = radio.identity();
            lastReboots = radio.reboots();
        }

        @Override
        public void connected(RadioFacts radio) {
            lastTrouble = "";
            sink.report(LinkEventKind.CONNECTED, place, radio.node(), radio.asMap());
        }

        @Override
        public void rebooted(RadioFacts radio) {
            LOG.info("link {}: the radio says that it has started anew", link);
        }
    }
}
