package dev.meshlog.ingest;

import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.SourcePosition;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Keeps one link going: a session after the other until the source has ended, the link fails or it is closed. Its producer is
 * transactional under the link's name, so that of two processes with the same link only the later one writes.
 */
final class Ingestor implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Ingestor.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Link link;
    private final Map<String, String> client;
    private final LinkRecords records;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile LinkState state = LinkState.OPENING;

    Ingestor(Link link, Map<String, String> client, Clock clock) {
        this.link = link;
        this.client = client;
        this.records = new LinkRecords(link.network(), link.name(), clock);
    }

    LinkState state() {
        return state;
    }

    Optional<SpoolLevel> spool() {
        return link.spool();
    }

    boolean awaitEnd(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends the link after what it has already delivered. */
    void close() {
        closing.countDown();
        link.close();
    }

    @Override
    public void run() {
        MDC.put("link", link.name());
        MDC.put("network", link.network());
        try {
            link.open();
            runSessions();
        } catch (LinkException e) {
            failUninterrupted(String.valueOf(e.getMessage()));
        } catch (InterruptedException | InterruptException e) {
            // Only closing interrupts, when Kafka does not answer in time; what is not committed is read again.
            LOG.warn(
                    "link {} closed before Kafka had taken everything; the rest follows at the next start",
                    link.name());
            state = LinkState.CLOSED;
        } finally {
            link.close();
            link.closed();
            ended.countDown();
        }
    }

    private void runSessions() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                long count = runSession();
                state = closing.getCount() == 0 ? LinkState.CLOSED : LinkState.FINISHED;
                LOG.info(
                        "link {} {} after {} records",
                        link.name(),
                        state == LinkState.CLOSED ? "closed" : "finished",
                        count);
                return;
            } catch (InterruptException e) {
                throw e;
            } catch (LinkException e) {
                fail(String.valueOf(e.getMessage()));
                return;
            } catch (ProducerFencedException | InvalidProducerEpochException | InvalidTxnStateException e) {
                // The last one is what a producer hears that is fenced in the middle of a transaction (KIP-890).
                fail("another process runs a link of this name; it goes on, this one stops");
                return;
            } catch (AuthenticationException
                    | AuthorizationException
                    | UnsupportedVersionException
                    | ConfigException e) {
                fail("Kafka refuses: " + e.getMessage());
                return;
            } catch (KafkaException e) {
                if (e.getCause() instanceof ProducerFencedException) {
                    fail("another process runs a link of this name; it goes on, this one stops");
                    return;
                }
                state = LinkState.OPENING;
                LOG.warn(
                        "link {} waits for Kafka and tries again in {} s: {}",
                        link.name(),
                        pause.toSeconds(),
                        e.toString());
            }
            if (closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                state = LinkState.CLOSED;
                return;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private long runSession() throws LinkException, InterruptedException {
        var producer = new KafkaProducer<>(producerProperties(), new ByteArraySerializer(), new ByteArraySerializer());
        try (var session = new LinkSession(link, producer, records)) {
            producer.initTransactions();
            SourcePosition acknowledged = Acknowledged.position(client, link);
            LOG.info(
                    "link {} of network {} opens{}",
                    link.name(),
                    link.network(),
                    acknowledged == null ? "" : " behind " + acknowledged.getEnd());
            state = LinkState.OPEN;
            return session.run(acknowledged);
        }
    }

    private void failUninterrupted(String why) {
        try {
            fail(why);
        } catch (InterruptedException e) {
            state = LinkState.FAILED;
        }
    }

    private void fail(String why) throws InterruptedException {
        LOG.error("link {} failed: {}", link.name(), why);
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2000);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 3000);
        try (var plain = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            plain.send(records.event(LinkEventKind.FAILED, why)).get();
        } catch (KafkaException | ExecutionException e) {
            LOG.warn("that link {} failed could not be written to Kafka: {}", link.name(), e.toString());
        }
        state = LinkState.FAILED;
    }

    private Map<String, Object> producerProperties() {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "meshlog-ingest-" + link.network() + "-" + link.name());
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 30_000);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        return properties;
    }
}
