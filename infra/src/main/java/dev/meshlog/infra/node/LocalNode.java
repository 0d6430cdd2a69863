package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.config.LinkSettings;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.config.PrivateKeyConfig;
import dev.meshlog.infra.radio.RadioGeneration;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.Installation;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.snapshotter.Snapshotter;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.http.LedgerServer;
import dev.meshlog.streams.http.RadioRoutes;
import dev.meshlog.streams.ledger.LedgerStreams;
import dev.meshlog.streams.ledger.VertexProducer;
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
import java.util.concurrent.ConcurrentLinkedDeque;
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
    private static final Duration LEADER_TIMEOUT = Duration.ofMillis(500);

    private final Cluster cluster;
    private final MeshlogConfig config;
    private final Path directory;
    private final Clock clock;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Deque<AutoCloseable> ledgerParts = new ConcurrentLinkedDeque<>();
    private @Nullable LedgerIdentity identity;
    private @Nullable SigningRecord signing;
    private @Nullable RadioSide radioSide;
    private @Nullable IngestApp ingest;
    private @Nullable StreamsApp radio;
    private volatile @Nullable StreamsApp ledger;
    private @Nullable LedgerServer http;
    private volatile @Nullable VertexProducer producer;
    private @Nullable GossipSide gossip;
    private @Nullable FreshLedger fresh;
    private @Nullable JoinProgress joinProgress;
    private volatile @Nullable RegistrationLoop registration;
    private volatile @Nullable Snapshotter snapshotter;

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
        if (ledger != null) {
            awaitRunning(ledger, "ledger");
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
        stopJoining();
        closeAll(ledgerParts);
    }

    /** The other nodes of the ledger's network, if this one has any. */
    public Optional<GossipSide> gossip() {
        return Optional.ofNullable(gossip);
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
        return registration == null ? "" : registration.waitingFor();
    }

    /** The first part that stopped by itself, with its reason. */
    public Optional<String> failure() {
        return Stream.of(
                        describe("radio tables", radio == null ? Optional.empty() : radio.failure()),
                        describe("joining", fresh == null ? Optional.empty() : fresh.failure()),
                        describe("ledger", ledger == null ? Optional.empty() : ledger.failure()),
                        describe("vertex producer", producer == null ? Optional.empty() : producer.failure()),
                        describe("registration", registration == null ? Optional.empty() : registration.failure()),
                        describe("snapshotter", snapshotter == null ? Optional.empty() : snapshotter.failure()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** All at once: each may take some seconds, and who stops a program wants it to end. */
    @Override
    public void close() {
        stopJoining();
        var open = new ArrayList<AutoCloseable>(ledgerParts);
        open.addAll(parts);
        if (ingest != null) {
            open.add(ingest);
        }
        ledgerParts.clear();
        parts.clear();
        List<Thread> closing = open.stream()
                .map(part -> new Thread(() -> close(part), "meshlog-close"))
                .toList();
        closing.forEach(Thread::start);
        for (Thread each : closing) {
            try {
                each.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** First: it may be about to start other parts. */
    private void stopJoining() {
        if (fresh != null) {
            fresh.close();
        }
    }

    /** How far a node without a state has come; empty when it had one. */
    public Optional<JoinProgress> joining() {
        return Optional.ofNullable(joinProgress);
    }

    private StreamsApp startRadio() {
        var started = new StreamsApp("radio tables", radioTopology(config), radioProperties());
        parts.push(started);
        started.start();
        return started;
    }

    private void startLedger() {
        LedgerIdentity known = Objects.requireNonNull(identity, "prepareLedger comes first");
        var genesis = known.genesis();
        http = LedgerDoor.open(config.http(), cluster, genesis);
        ledgerParts.push(http);
        http.follow(new RadioRoutes(cluster, clock));
        if (!config.ledger().gossip().isOpen()) {
            startStreams(known);
            return;
        }
        var log = new LedgerLog(cluster, installation(genesis));
        boolean hasState = log.hasState();
        Optional<Manifest> installed = unfinishedJoin().isBegun() ? log.newestSnapshot() : Optional.empty();
        boolean isJoining = installed.isPresent()
                || (!hasState && (hasLostItsLog(known, log) || !(isBootstrap() || isAlone(known))));
        gossip = GossipSide.open(cluster, known, config.ledger(), directory, isJoining, clock);
        ledgerParts.push(gossip);
        if (isJoining) {
            join(known, gossip, installed);
        } else {
            startStreams(known);
        }
    }

    private UnfinishedJoin unfinishedJoin() {
        return new UnfinishedJoin(directory);
    }

    private boolean isBootstrap() {
        return config.ledger().place() == LedgerMode.BOOTSTRAP;
    }

    /** Then others may have what it signed, and it must not begin anew. */
    private boolean hasLostItsLog(LedgerIdentity known, LedgerLog log) {
        SigningRecord signed = Objects.requireNonNull(signing);
        boolean isLost = known.signingKey().isPresent()
                && signed.contains(known.genesis().networkId())
                && log.isEmpty();
        if (isLost) {
            LOG.warn(
                    "the key {} has signed vertices of this network, and none is in this cluster: it goes on from what other nodes have, and waits for one. If there are none, remove {} to begin the network anew",
                    known.key().publicKey().brief(),
                    signed);
        }
        return isLost;
    }

    /** Nobody else has to be there before a network of one begins. */
    private static boolean isAlone(LedgerIdentity known) {
        return known.signingKey()
                .filter(key -> known.genesis().validators().stream()
                        .allMatch(each -> each.publicKey().equals(key.publicKey())))
                .isPresent();
    }

    private Installation installation(GenesisConfig genesis) {
        return new Installation(
                cluster,
                genesis,
                config.ledger().join().trust(),
                clock,
                Runtime.getRuntime().availableProcessors());
    }

    /** @param installed by an earlier start, which was not live yet when it ended */
    private void join(LedgerIdentity known, GossipSide peers, Optional<Manifest> installed) {
        GenesisConfig genesis = known.genesis();
        var watched = new JoinProgress(System::nanoTime);
        boolean isFounder = known.signingKey()
                .filter(key -> new Validators(genesis.validators()).contains(key.publicKey()))
                .isPresent();
        var joining = new Join(
                peers.gossip(),
                installation(genesis),
                config.ledger().join(),
                isFounder,
                directory.resolve("join"),
                watched);
        fresh = new FreshLedger(
                cluster,
                peers.gossip(),
                genesis.gcDepth(),
                joining,
                unfinishedJoin(),
                installed,
                watched,
                () -> startStreams(known));
        joinProgress = watched;
        peers.gossip().watch(watched);
        fresh.start();
    }

    private void startStreams(LedgerIdentity known) {
        GenesisConfig genesis = known.genesis();
        LedgerServer door = Objects.requireNonNull(http);
        var streams = new StreamsApp(
                "ledger",
                LedgerStreams.topology(genesis),
                LedgerStreams.properties(
                        cluster, directory.resolve("streams"), LedgerStreams.APPLICATION_ID, door.applicationServer()));
        ledgerParts.push(streams);
        ledger = streams;
        streams.start();
        door.follow(streams.streams());

        var publishing = new Snapshotter(
                cluster,
                network(genesis),
                new Snapshotter.Settings(
                        directory.resolve("snapshotter"),
                        Duration.ofSeconds(config.snapshots().intervalSeconds()),
                        config.snapshots().keep(),
                        config.snapshots().keepLog()),
                clock);
        ledgerParts.push(publishing);
        snapshotter = publishing;
        publishing.start();
        known.signingKey().ifPresent(key -> produce(genesis, key));
        if (gossip != null && config.ledger().place() == LedgerMode.VALIDATOR) {
            register(known, gossip);
        }
    }

    private void register(LedgerIdentity known, GossipSide peers) {
        Hash key = known.key().publicKey();
        var registering = new RegistrationLoop(new Registration(
                known.genesis(),
                known.key(),
                Objects.requireNonNullElse(config.ledger().gossip().address(), ""),
                new Departure(directory, key),
                new ExecutedState(() -> Optional.ofNullable(ledger), key),
                peers));
        ledgerParts.push(registering);
        registration = registering;
        registering.start();
    }

    /** A store that is lost is made again from what this node would join with. */
    private Snapshotter.Network network(GenesisConfig genesis) {
        Snapshotter.Network usual = Snapshotter.Network.of(genesis);
        Trust trust = config.ledger().join().trust();
        return new Snapshotter.Network(
                usual.id(),
                usual.bucketBits(),
                usual.genesisState(),
                (manifest, certificate) ->
                        trust.refusal(genesis, manifest, certificate).isEmpty()
                                ? Optional.empty()
                                : usual.trust().refusal(manifest, certificate));
    }

    private void produce(GenesisConfig genesis, SigningKey key) {
        var genesisState = new State(new MemoryStateStore(), genesis.bucketBits());
        GenesisState.entries(genesis).forEach(genesisState::put);
        producer = new VertexProducer(
                cluster,
                genesis,
                genesisState.root(0),
                key,
                new VertexProducer.Settings(
                        Duration.ofMillis(config.ledger().minRoundIntervalMs()),
                        Duration.ofMillis(config.ledger().idleRoundIntervalMs()),
                        LEADER_TIMEOUT),
                clock);
        ledgerParts.push(producer);
        producer.onceSigned(() -> Objects.requireNonNull(signing).add(genesis.networkId()));
        if (gossip == null) {
            producer.start();
        } else {
            gossip.onceJoined(producer::start);
        }
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

    private static Optional<String> describe(String part, Optional<? extends Throwable> failure) {
        return failure.map(thrown -> part + ": " + thrown.getMessage());
    }

    private static void closeAll(Deque<AutoCloseable> open) {
        while (!open.isEmpty()) {
            close(open.pop());
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("a part did not stop cleanly: {}", e.toString());
        }
    }
}
