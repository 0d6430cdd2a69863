package dev.meshlog.ingest.mqtt;

import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.Received;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What does not become a record, and why. Whoever can publish can publish nonsense without end: some of it as dead letters shows what is
 * wrong, all of it would fill the disk, so there is a number of dead letters a minute, and what exceeds it is counted. For one thread.
 */
final class Unkept {
    static final int DEAD_LETTERS_A_MINUTE = 600;
    private static final Logger LOG = LoggerFactory.getLogger(Unkept.class);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private long minuteBegan;
    private int deadLetters;
    private long exceeded;
    private String lastTopic = "";
    private long ignored;
    private long ignoredReported;

    Unkept(long now) {
        minuteBegan = now;
    }

    /** @param received what the message is; empty when it is to be ignored */
    boolean mayKeep(String topic, Optional<Received> received) {
        if (received.isEmpty()) {
            ignored++;
            return false;
        }
        if (received.get() instanceof Received.Refused) {
            if (deadLetters == DEAD_LETTERS_A_MINUTE) {
                exceeded++;
                lastTopic = EnvelopeReader.printable(topic);
                return false;
            }
            deadLetters++;
        }
        return true;
    }

    /** Tells it once a minute, when there is something to tell. */
    void report(String link, LiveSink sink, long now, boolean always) {
        if (!always && now - minuteBegan < MINUTE.toNanos()) {
            return;
        }
        if (exceeded > 0) {
            String detail = exceeded + " messages that are no envelopes came beside " + DEAD_LETTERS_A_MINUTE
                    + " within a minute and were not kept; the last one in the topic " + lastTopic;
            LOG.warn("link {}: {}", link, detail);
            sink.report(LinkEventKind.DROPPED, detail, null, Map.of("notKept", Long.toString(exceeded)));
        }
        if (ignored != ignoredReported) {
            ignoredReported = ignored;
            sink.note("ignored", Long.toString(ignored));
        }
        if (now - minuteBegan >= MINUTE.toNanos()) {
            minuteBegan = now;
            deadLetters = 0;
        }
        exceeded = 0;
    }
}
