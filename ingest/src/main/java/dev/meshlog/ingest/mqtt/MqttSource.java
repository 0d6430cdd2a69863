package dev.meshlog.ingest.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.LinkContext;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.LiveSource;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker: one connection after the other, one session as long as the broker keeps it. With quality of service 1 or 2 a message is
 * acknowledged when it is in the spool, so what comes while this process is away or killed comes again. What was in the spool and not yet
 * acknowledged comes again too: a frame can stand on {@code radio.frames} twice after a cut, and the tables count its packet once.
 *
 * <p>Quality of service 0 is sent once and never again. It is offered to the spool, and what a full spool does not take is counted as
 * dropped.
 */
final class MqttSource implements LiveSource {
    private static final Logger LOG = LoggerFactory.getLogger(MqttSource.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration STEP = Duration.ofMillis(20);

    /** Two clients with one id would throw each other out for ever: from the third time on nobody comes back soon. */
    private static final int RIVAL_TRIES = 3;

    private final String link;
    private final MqttOptions options;
    private final Backoff pauses;
    private final Duration settled;
    private final LongSupplier nanos;
    private final KnownTopics topics;
    private final EnvelopeReader reader;
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private final Unkept unkept;
    private String lastTrouble = "";
    private long lastHeard;
    private boolean silent;

    /** @param settled a connection that lasted so long makes the next pause the first one again */
    MqttSource(
            String link,
            MqttOptions options,
            Backoff pauses,
            Duration settled,
            LinkContext context,
            LongSupplier nanos) {
        this.link = link;
        this.options = options;
        this.pauses = pauses;
        this.settled = settled;
        this.nanos = nanos;
        this.reader = new EnvelopeReader(options.strays());
        // No link is called so: the names of links begin with a letter or digit.
        this.topics = new KnownTopics(context.spools().resolve("_topics-" + link));
        this.unkept = new Unkept(nanos.getAsLong());
    }

    @Override
    public void run(LiveSink sink) throws InterruptedException {
        Duration pause;
        do {
            long began = nanos.getAsLong();
            Trouble trouble = runSession(sink);
            unkept.report(link, sink, nanos.getAsLong(), true);
            if (closing.isDone()) {
                return;
            }
            if (nanos.getAsLong() - began >= settled.toNanos()) {
                pauses.reset();
            }
            pause = pauseAfter(trouble.kind());
            tell(trouble, sink);
        } while (!closedWithin(pause));
    }

    private Duration pauseAfter(Trouble.Kind why) {
        return switch (why) {
            case PASSING -> pauses.next();
            case RIVAL -> pauses.tries() + 1 < RIVAL_TRIES ? pauses.next() : pauses.longest();
            case REFUSED -> pauses.longest();
        };
    }

    private Trouble runSession(LiveSink sink) throws InterruptedException {
        MqttSession session;
        try {
            session = new MqttSession(link, options);
        } catch (IOException | GeneralSecurityException e) {
            return new Trouble(Trouble.Kind.REFUSED, "TLS can't be set up: " + e.getMessage());
        }
        lastHeard = nanos.getAsLong();
        try {
            List<String> stale = topics.begin(options.topics());
            Map<String, String> facts =
                    session.connect(stale, closing, () -> deliver(session, session.take(STEP), sink));
            topics.settled(options.topics());
            lastTrouble = "";
            LOG.info("link {}: connected to {}", link, options.place());
            sink.report(LinkEventKind.CONNECTED, options.place(), null, facts);
            return receive(session, sink);
        } catch (TroubleException e) {
            return e.trouble();
        } catch (IOException e) {
            return new Trouble(Trouble.Kind.REFUSED, String.valueOf(e.getMessage()));
        } finally {
            leave(session, sink);
        }
    }

    private Trouble receive(MqttSession session, LiveSink sink) throws InterruptedException {
        Optional<Trouble> end = Optional.empty();
        while (end.isEmpty() && !closing.isDone()) {
            end = session.end();
            deliver(session, session.take(LOOK), sink);
            unkept.report(link, sink, nanos.getAsLong(), false);
            noticeSilence(sink);
        }
        return end.orElse(new Trouble(Trouble.Kind.PASSING, "the link was closed"));
    }

    /** What has arrived is handed over, whatever ended the connection. */
    private void leave(MqttSession session, LiveSink sink) throws InterruptedException {
        CompletableFuture<Void> quiet = session.disconnect();
        List<Mqtt5Publish> batch;
        do {
            boolean last = quiet.isDone();
            batch = session.take(last ? Duration.ZERO : LOOK);
            deliver(session, batch, sink);
            if (last && batch.isEmpty()) {
                break;
            }
        } while (true);
        session.close();
    }

    private void deliver(MqttSession session, List<Mqtt5Publish> batch, LiveSink sink) throws InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        var repeatable = new ArrayList<Received>(batch.size());
        var once = new ArrayList<Received>();
        for (Mqtt5Publish publish : batch) {
            String topic = publish.getTopic().toString();
            ByteBuffer payload = publish.getPayload().orElseGet(() -> ByteBuffer.allocate(0));
            Optional<Received> received = reader.read(topic, payload, publish.isRetain());
            if (unkept.mayKeep(topic, received)) {
                boolean again = publish.getQos() != MqttQos.AT_MOST_ONCE;
                (again ? repeatable : once).add(received.orElseThrow());
            }
        }
        if (!repeatable.isEmpty()) {
            sink.keep(repeatable);
        }
        if (!once.isEmpty()) {
            sink.offer(once);
        }
        session.done(batch);
        lastHeard = nanos.getAsLong();
        if (silent) {
            silent = false;
            sink.report(LinkEventKind.HEARD_AGAIN, options.place());
        }
    }

    private void noticeSilence(LiveSink sink) {
        Duration quiet = Duration.ofNanos(nanos.getAsLong() - lastHeard);
        if (!silent && quiet.compareTo(options.silent()) >= 0) {
            silent = true;
            sink.report(
                    LinkEventKind.SILENT,
                    options.place() + ": the broker answers, but nothing was published for " + quiet.toSeconds()
                            + " s");
        }
    }

    private void tell(Trouble trouble, LiveSink sink) {
        if (trouble.sentence().equals(lastTrouble)) {
            return;
        }
        lastTrouble = trouble.sentence();
        LOG.warn("link {}: {}: {}", link, options.place(), trouble.sentence());
        String detail = options.place() + ": " + trouble.sentence();
        if (trouble.kind() == Trouble.Kind.RIVAL) {
            sink.report(LinkEventKind.TAKEN_OVER, detail);
        }
        sink.report(LinkEventKind.LOST, detail);
    }

    private boolean closedWithin(Duration pause) throws InterruptedException {
        try {
            closing.get(pause.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("it is completed in one way only", e);
        }
    }

    @Override
    public void close() {
        closing.complete(null);
    }
}
