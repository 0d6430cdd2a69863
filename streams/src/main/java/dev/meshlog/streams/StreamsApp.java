package dev.meshlog.streams;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.LagInfo;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Kafka Streams application. */
public final class StreamsApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsApp.class);
    private static final Duration CLOSE = Duration.ofSeconds(8);

    private final String name;
    private final KafkaStreams streams;
    private final KeptState state;
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;

    /** @param name for log lines */
    public StreamsApp(String name, Topology topology, Properties properties) {
        this.name = name;
        this.state = KeptState.of(properties);
        this.streams = new KafkaStreams(topology, memberOfThisTopology(topology, properties));
        streams.setStateListener((now, before) -> {
            LOG.debug("{}: {} → {}", name, before, now);
            if (now == KafkaStreams.State.RUNNING || now.hasCompletedShutdown()) {
                settled.countDown();
            }
        });
        streams.setGlobalStateRestoreListener(new RestoreLog(name));
        streams.setUncaughtExceptionHandler(thrown -> {
            Throwable cause = rootOf(thrown);
            failure = cause;
            LOG.error("{} stops: {}", name, String.valueOf(cause.getMessage()), thrown);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    }

    /**
     * A member that comes back under its name gets what it had (KIP-345), and Kafka Streams takes the tasks in it for its own, whatever their numbers mean
     * now. So a member with another topology, as after an upgrade, has another name; it gets its work when the old one's session has lapsed.
     */
    private static Properties memberOfThisTopology(Topology topology, Properties properties) {
        int described = topology.describe().toString().hashCode();
        var named = new Properties();
        named.putAll(properties);
        named.computeIfPresent(
                StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
                (key, name) -> String.format("%s-%08x", name, described));
        return named;
    }

    /** A state that can't be read is a failure like one that comes later. */
    public void start() {
        try {
            streams.start();
        } catch (StreamsException e) {
            // What was kept is opened here, by the thread that starts it.
            if (!KeptState.isDamage(e)) {
                throw e;
            }
            LOG.error("{} can't begin", name, e);
            failure = rootOf(e);
            settled.countDown();
        }
    }

    /** Returns true once its state is restored and it processes records; false when it failed or the time is over. */
    public boolean awaitRunning(Duration timeout) throws InterruptedException {
        return settled.await(timeout.toMillis(), TimeUnit.MILLISECONDS)
                && streams.state() == KafkaStreams.State.RUNNING;
    }

    /** For questions to its state; whoever asks leaves starting and stopping to this class. */
    public KafkaStreams streams() {
        return streams;
    }

    /** Why it stopped by itself, if it did. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** By how many records of its changelog the copy of a store here is behind; empty when there is none here. */
    public OptionalLong lag(String store) {
        Map<Integer, LagInfo> lags = streams.allLocalStorePartitionLags().getOrDefault(store, Map.of());
        return lags.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(
                        lags.values().stream().mapToLong(LagInfo::offsetLag).sum());
    }

    /** Whether it stopped because its state on disk can't be read: closed, it puts that aside, and another start makes the state again from the changelog. */
    public boolean stateIsDamaged() {
        return failure().filter(KeptState::isDamage).isPresent();
    }

    /** Commits what is done and stops. */
    @Override
    public void close() {
        if (!streams.close(CLOSE)) {
            LOG.warn("{} did not stop within {} s; its open transaction is aborted", name, CLOSE.toSeconds());
        } else if (stateIsDamaged()) {
            state.putAside()
                    .ifPresent(aside -> LOG.error("{}: its state is damaged and was put aside as {}", name, aside));
        }
    }

    private static Throwable rootOf(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause;
    }
}
