package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LinkSettings;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.config.PrivateKeyConfig;
import dev.meshlog.infra.radio.RadioGeneration;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.http.LedgerServer;
import dev.meshlog.streams.http.RadioRoutes;
import dev.meshlog.streams.radio.ChannelKey;
import dev.meshlog.streams.radio.ChannelKeys;
import dev.meshlog.streams.radio.RadioSettings;
import dev.meshlog.streams.radio.RadioStreamsConfig;
import dev.meshlog.streams.radio.RadioTopology;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts in one process, on one cluster. Parts are started in the order of the data; none needs another one to stop. */
public final class LocalNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalNode.class);
    private static final Duration START = Duration.ofSeconds(90);

    private final Cluster cluster;
    private final MeshlogConfig config;
    private final Path directory;
    private final Clock clock;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private @Nullable LedgerIdentity identity;
    private @Nullable SigningRecord signing;
    private @Nullable RadioSide radioSide;
    private @Nullable IngestApp ingest;
    private @Nullable StreamsApp radio;
    private @Nullable LedgerSide ledger;
    private @Nullable LedgerServer http;

    /** @param directory where the parts keep what is theirs */
    public LocalNode(Cluster cluster, MeshlogConfig config, Path directory, Clock clock) {
        this.cluster = cluster;
        this.config = config;
        this.directory = directory;
        this.clock = clock;
    }

    /** The ledger's network and key, made on first start; to be called before {@link #start}. */
    public LedgerIdentity prepareLedger() {
        MeshlogConfig.Ledger ledgerConfig = config.ledger();
        Path genesis =
                ledgerConfig.genesis() == null ? directory.resolve("genesis.json") : Path.of(ledgerConfig.genesis());
        Path key = ledgerConfig.key() == null
                ? directory.resolve("keys").resolve("validator.pem")
                : Path.of(ledgerConfig.key());
        signing = new SigningRecord(key);
        identity = switch (ledgerConfig.place()) {
            case BOOTSTRAP ->
                LedgerIdentity.bootstrap(
                        genesis,
                        key,
                        Objects.requireNonNullElse(ledgerConfig.gossip().address(), ""));
            case VALIDATOR -> LedgerIdentity.validator(genesis, key);
            case LISTENER -> LedgerIdentity.listener(genesis);
        };
        return identity;
    }

    /** Returns once every part works. */
    public void start() throws InterruptedException {
        try (Admin admin = cluster.admin()) {
            List<TopicProvisioning.Drift> done = new TopicProvisioning(admin).apply();
            LOG.info("topics: {} changes", done.size());
        }
        new SchemaTopic(cluster).publish();

        if (config.radio().enabled()) {
            radio = startRadio();
        }
        if (config.ledger().enabled()) {
            startLedger();
        } else {
            http = LedgerDoor.openWithoutLedger(config.http(), cluster);
            parts.push(http);
            http.follow(new RadioRoutes(cluster, clock));
        }
        if (radio != null) {
            awaitRadio(radio);
        }
        Optional<StreamsApp> executing = ledger == null ? Optional.empty() : ledger.streams();
        if (executing.isPresent()) {
            awaitRunning(executing.get(), "ledger");
        }
        if (config.radio().enabled()) {
            startIngest();
        }
    }

    private void awaitRadio(StreamsApp started) throws InterruptedException {
        StreamsApp running = started;
        if (!running.awaitRunning(START) && running.stateIsDamaged()) {
            parts.remove(running);
            running.close();
            running = startRadio();
            radio = running;
        }
        awaitRunning(running, "radio tables");
    }

    /** Where virtual nodes listen, a line for people each. */
    public List<String> virtualNodes() {
        return radioSide == null ? List.of() : radioSide.addresses();
    }

    /** Stops ordering, executing, producing and snapshots; the radio side goes on. */
    public void stopLedger() {
        if (ledger != null) {
            ledger.close();
        }
    }

    /** The other nodes of the ledger's network, if this one has any. */
    public Optional<GossipSide> gossip() {
        return Optional.ofNullable(ledger).flatMap(LedgerSide::gossip);
    }

    /** Where questions are answered over HTTP. */
    public Optional<String> http() {
        return Optional.ofNullable(http).map(LedgerServer::url);
    }

    public Optional<IngestApp> ingest() {
        return Optional.ofNullable(ingest);
    }

    /** What keeps a validator that joined from counting, for people; empty: nothing. */
    public String waitingToCount() {
        return ledger == null ? "" : ledger.waitingToCount();
    }

    /** The first part that stopped by itself, with its reason. */
    public Optional<String> failure() {
        Optional<String> ofRadio = radio == null
                ? Optional.empty()
                : radio.failure().map(thrown -> "radio tables: " + thrown.getMessage());
        return Stream.concat(ofRadio.stream(), ledger == null ? Stream.empty() : ledger.failures())
                .findFirst();
    }

    @Override
    public void close() {
        var open = new ArrayList<AutoCloseable>(ledger == null ? List.of() : ledger.stop());
        open.addAll(parts);
        parts.clear();
        if (ingest != null) {
            open.add(ingest);
        }
        Parts.closeAtOnce(open);
    }

    /** How far a node without a state has come; empty when it had one. */
    public Optional<JoinProgress> joining() {
        return Optional.ofNullable(ledger).flatMap(LedgerSide::joining);
    }

    private StreamsApp startRadio() {
        var started = new StreamsApp("radio tables", radioTopology(config), radioProperties());
        parts.push(started);
        started.start();
        return started;
    }

    private void startLedger() {
        var side = LedgerSide.open(
                cluster,
                config,
                directory,
                clock,
                Objects.requireNonNull(identity, "prepareLedger comes first"),
                Objects.requireNonNull(signing));
        ledger = side;
        http = side.http();
        http.follow(new RadioRoutes(cluster, clock));
        side.start();
    }

    /** What makes the radio tables, live or anew. */
    public static Topology radioTopology(MeshlogConfig config) {
        MeshlogConfig.Radio settings = config.radio();
        var channels = new ChannelKeys(settings.channels().stream()
                .map(channel -> ChannelKey.of(channel.name(), channel.psk()))
                .toList());
        return new RadioTopology(new RadioSettings(
                        channels,
                        settings.privateKeys().stream()
                                .map(PrivateKeyConfig::privateKey)
                                .toList(),
                        settings.limits().limits()))
                .get();
    }

    private Properties radioProperties() {
        Properties properties = new RadioStreamsConfig(
                        cluster.properties(), directory.resolve("streams"), "meshlog-radio", 1)
                .properties();
        properties.put(
                StreamsConfig.APPLICATION_ID_CONFIG,
                RadioGeneration.live(directory).applicationId());
        return properties;
    }

    private void startIngest() {
        radioSide = new RadioSide(cluster, config.radio(), clock);
        parts.push(radioSide);
        radioSide.open();
        ingest = new IngestApp(new IngestConfig(
                cluster.properties(),
                config.radio().links().stream().map(LinkSettings::toLinkConfig).toList(),
                directory.resolve("spools"),
                clock,
                radioSide.ports()));
        ingest.start();
    }

    private void awaitRunning(StreamsApp app, String name) throws InterruptedException {
        if (!app.awaitRunning(START)) {
            throw new UserError(
                    "the " + name + " did not start: "
                            + app.failure()
                                    .map(Throwable::toString)
                                    .orElse("not ready within " + START.toSeconds() + " s"),
                    "the log file tells more; what was stored is kept");
        }
    }
}
