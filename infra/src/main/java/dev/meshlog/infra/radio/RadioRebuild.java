package dev.meshlog.infra.radio;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.radio.RadioStreamsConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.jspecify.annotations.Nullable;

/**
 * The radio tables made anew out of the log, beside the live ones: by the same topology, as an application of its own that writes into topics of its
 * own. One thread.
 *
 * <p>To make them the live ones takes three steps, each of them whole or not at all: the entries that differ are written into the live topics in one
 * transaction; the new generation is named as the live one; what belonged to the old one is deleted. After a kill between them the old generation, or
 * the new one, goes on, and the same command completes the rest.
 */
public final class RadioRebuild implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(500);
    /** From a frame over the topics between the steps to the last table: each of them is read to its end after those before it. */
    private static final int STEPS = 6;

    private static final int LOOKS = 5;
    private static final Duration COUNTED = Duration.ofSeconds(2);

    private final Cluster cluster;
    private final Admin admin;
    private final LogProgress progress;
    private final Topology topology;
    private final RadioGeneration live;
    private final RadioGeneration fresh;
    private final Path streams;
    private final Set<String> inputs;
    private @Nullable StreamsApp app;

    /**
     * What came of it.
     *
     * @param real differences that the log does not explain
     * @param older entries that may come from frames which the log no longer holds
     * @param order entries that say the same of what several links brought, but for who was first with it
     */
    public record Result(TableComparison real, TableComparison older, TableComparison order) {
        public boolean isEqual() {
            return real.changed().isEmpty();
        }
    }

    /**
     * Makes the topics of the new generation.
     *
     * @param topology of the live tables
     * @param streams directory of the applications' states
     */
    public static RadioRebuild open(Cluster cluster, Topology topology, RadioGeneration live, Path streams) {
        Admin admin = cluster.admin();
        try {
            RadioGeneration fresh = RadioGeneration.unused(admin, live);
            fresh.createOutputs(admin);
            return new RadioRebuild(cluster, admin, topology, live, fresh, streams);
        } catch (ExecutionException | InterruptedException | RuntimeException e) {
            admin.close();
            throw failed("making its topics", e);
        }
    }

    private RadioRebuild(
            Cluster cluster,
            Admin admin,
            Topology topology,
            RadioGeneration live,
            RadioGeneration fresh,
            Path streams) {
        this.cluster = cluster;
        this.admin = admin;
        this.progress = new LogProgress(cluster, admin);
        this.topology = topology;
        this.live = live;
        this.fresh = fresh;
        this.streams = streams;
        this.inputs = inputs(topology);
    }

    private static Set<String> inputs(Topology topology) {
        Set<String> catalogue = Topics.all().stream().map(Topic::name).collect(Collectors.toSet());
        var inputs = new TreeSet<String>();
        topology.describe()
                .subtopologies()
                .forEach(part -> part.nodes().forEach(node -> {
                    if (node instanceof TopologyDescription.Source source && source.topicSet() != null) {
                        inputs.addAll(source.topicSet());
                    }
                }));
        inputs.retainAll(catalogue);
        return inputs;
    }

    public RadioGeneration generation() {
        return fresh;
    }

    /** How many offsets the live tables have not read yet. */
    public long liveIsBehindBy() {
        try {
            return progress.remaining(live.applicationId(), progress.ends(inputs));
        } catch (ExecutionException | InterruptedException e) {
            throw failed("asking how far the live tables are", e);
        }
    }

    /**
     * Reads the log up to its present end.
     *
     * @param told how much of it, between 0 and 1, and in words
     */
    public void run(BiConsumer<Double, String> told) {
        var opened = new StreamsApp("radio tables anew", topology, properties());
        app = opened;
        opened.start();
        try {
            Map<TopicPartition, Long> ends = progress.ends(inputs);
            awaitRead(opened, ends, "frames", told);
            for (int step = 0; step < STEPS; step++) {
                awaitRead(opened, progress.ends(between()), "what follows from them", told);
            }
        } catch (ExecutionException | InterruptedException e) {
            throw failed("replaying the log", e);
        }
    }

    private Properties properties() {
        Properties properties =
                new RadioStreamsConfig(cluster.properties(), streams, fresh.applicationId(), 1).properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, fresh.applicationId());
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG),
                OutputRenaming.class.getName());
        properties.put(StreamsConfig.producerPrefix(OutputRenaming.PREFIX), fresh.outputPrefix());
        return properties;
    }

    /** The topics between the steps of the application. */
    private Set<String> between() throws ExecutionException, InterruptedException {
        return admin.listTopics().names().get().stream()
                .filter(topic -> topic.startsWith(fresh.applicationId() + "-") && topic.endsWith("-repartition"))
                .collect(Collectors.toSet());
    }

    private void awaitRead(
            StreamsApp running, Map<TopicPartition, Long> ends, String what, BiConsumer<Double, String> told)
            throws ExecutionException, InterruptedException {
        long all = Math.max(1, progress.remaining(fresh.applicationId(), ends));
        while (true) {
            long left = progress.remaining(fresh.applicationId(), ends);
            told.accept(1 - Math.min(1.0, (double) left / all), left + " offsets left of " + what);
            if (left == 0) {
                return;
            }
            if (running.failure().isPresent()) {
                throw new IllegalStateException(
                        "the tables could not be made: " + running.failure().get(),
                        running.failure().get());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
    }

    /**
     * Compares both sides. While the live tables run, what differs is looked at again until it differs in the same way, since one side may just be
     * ahead; counters appear a second after what they count.
     */
    public Result compare() {
        try {
            TableComparison last = TableComparison.read(cluster, fresh);
            for (int look = 1; look < LOOKS && !last.changed().isEmpty(); look++) {
                TimeUnit.MILLISECONDS.sleep(COUNTED.toMillis());
                TableComparison next = TableComparison.read(cluster, fresh);
                TableComparison still = next.stillAsIn(last);
                boolean settled = still.changed().size() == next.changed().size();
                last = next;
                if (settled) {
                    break;
                }
            }
            return split(last);
        } catch (InterruptedException e) {
            throw failed("comparing", e);
        }
    }

    private Result split(TableComparison all) {
        LogBeginning beginning = LogBeginning.read(progress);
        var real = new HashMap<TableComparison.Entry, TableComparison.Pair>();
        var older = new HashMap<TableComparison.Entry, TableComparison.Pair>();
        var order = new HashMap<TableComparison.Entry, TableComparison.Pair>();
        boolean severalLinks = TableComparison.hasSeveralLinks(cluster);
        all.changed().forEach((entry, pair) -> {
            if (severalLinks && TableComparison.isOfOrderAlone(entry, pair)) {
                order.put(entry, pair);
            } else {
                (beginning.mayBeOlder(entry, pair) ? older : real).put(entry, pair);
            }
        });
        return new Result(new TableComparison(real), new TableComparison(older), new TableComparison(order));
    }

    /**
     * Makes the new generation the live one.
     *
     * @param dataDirectory of the Meshlog that runs the live tables, and does not do so now
     * @throws UserError when something was written into the log meanwhile
     */
    public void apply(Result result, Path dataDirectory) {
        stop();
        try {
            if (progress.remaining(fresh.applicationId(), progress.ends(inputs)) > 0) {
                throw new UserError(
                        "the log went on while it was replayed: somebody writes to it",
                        "stop whatever receives frames, and begin again; nothing was changed");
            }
            write(result);
            Failpoint.REBUILD_WRITTEN.reached();
            fresh.becomeLive(dataDirectory);
            Failpoint.REBUILD_LIVE.reached();
            fresh.forgetMembers(admin);
            var unused = fresh.deleteOutputs(admin);
            live.deleteApplication(admin);
            Utils.delete(streams.resolve(live.applicationId()).toFile());
        } catch (ExecutionException | InterruptedException | IOException e) {
            throw failed("making the tables the live ones", e);
        }
    }

    private void write(Result result) {
        try (var producer = cluster.transactionalProducer("meshlog-radio-rebuild")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (TableComparison part : new TableComparison[] {result.real(), result.older(), result.order()}) {
                part.changed().forEach((entry, pair) -> {
                    var unused =
                            producer.send(new ProducerRecord<>(entry.table().name(), entry.key(), pair.fresh()));
                });
            }
            producer.flush();
            Failpoint.REBUILD_SENT.reached();
            producer.commitTransaction();
        }
    }

    private void stop() {
        if (app != null) {
            app.close();
        }
    }

    /** Stops, and removes everything of the new generation from the cluster and the disk. */
    public void discard() {
        StreamsApp stopped = app;
        stop();
        if (stopped != null) {
            stopped.streams().cleanUp();
        }
        try {
            var unused = fresh.deleteOutputs(admin);
            fresh.deleteApplication(admin);
        } catch (ExecutionException | InterruptedException e) {
            throw failed("removing " + fresh.applicationId(), e);
        }
    }

    @Override
    public void close() {
        stop();
        progress.close();
        admin.close();
    }

    private static RuntimeException failed(String what, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        if (e instanceof RuntimeException unchecked) {
            return unchecked;
        }
        return new IllegalStateException(what + ": " + (e.getCause() == null ? e : e.getCause()), e);
    }
}
