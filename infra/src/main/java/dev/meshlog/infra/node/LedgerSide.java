package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.config.MeshlogConfig;
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
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.snapshotter.Snapshotter;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.http.LedgerServer;
import dev.meshlog.streams.ledger.LedgerStreams;
import dev.meshlog.streams.ledger.StateOfLog;
import dev.meshlog.streams.ledger.VertexProducer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ledger's parts in one process: ordering and executing, producing, snapshots, the other nodes, HTTP; behind joining, where there is no state yet. */
final class LedgerSide implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerSide.class);
    private static final Duration LEADER_TIMEOUT = Duration.ofMillis(500);

    private final Cluster cluster;
    private final MeshlogConfig config;
    private final Path directory;
    private final Clock clock;
    private final LedgerIdentity known;
    private final SigningRecord signing;
    private final LedgerServer http;
    private final UnfinishedJoin unfinished;

    /** Whether the log may lack what the key signed. */
    private boolean isIncomplete;

    /** Parts of a node that joins are added while it runs. */
    private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();

    private @Nullable GossipSide gossip;
    private @Nullable FreshLedger fresh;
    private @Nullable JoinProgress joinProgress;
    private volatile @Nullable StreamsApp ledger;
    private volatile @Nullable VertexProducer producer;
    private volatile @Nullable RegistrationLoop registration;
    private volatile @Nullable Snapshotter snapshotter;

    private LedgerSide(
            Cluster cluster,
            MeshlogConfig config,
            Path directory,
            Clock clock,
            LedgerIdentity known,
            SigningRecord signing,
            LedgerServer http) {
        this.cluster = cluster;
        this.config = config;
        this.directory = directory;
        this.clock = clock;
        this.known = known;
        this.signing = signing;
        this.http = http;
        this.unfinished = new UnfinishedJoin(
                directory,
                known.signingKey().isPresent()
                        ? EnumSet.allOf(UnfinishedJoin.Part.class)
                        : EnumSet.of(UnfinishedJoin.Part.STATE));
        parts.push(http);
    }

    /**
     * Answers over HTTP, and does nothing more until {@link #start}.
     *
     * @param known its network and key
     * @param signing what the key signed
     */
    static LedgerSide open(
            Cluster cluster,
            MeshlogConfig config,
            Path directory,
            Clock clock,
            LedgerIdentity known,
            SigningRecord signing) {
        LedgerServer http = LedgerDoor.open(config.http(), cluster, known.genesis());
        return new LedgerSide(cluster, config, directory, clock, known, signing, http);
    }

    /** @throws UserError when the key signed what is gone, and there are no other nodes that could have it */
    void start() {
        var log = new LedgerLog(cluster, installation());
        if (!config.ledger().gossip().isOpen()) {
            if (hasLostItsLog(log)) {
                throw new UserError(
                        "the key " + known.key().publicKey().brief()
                                + " has signed vertices of this network, and none is in this cluster: beginning anew would sign its rounds twice",
                        "bring the cluster's data back, or join other nodes that have its vertices with --join; if there are none, remove "
                                + signing + " to begin the network anew");
            }
            startStreams();
            return;
        }
        boolean hasState = log.hasState();
        boolean wasJoining = unfinished.isBegun();
        Optional<Manifest> installed = wasJoining ? log.newestSnapshot() : Optional.empty();
        boolean isLost = !hasState && hasLostItsLog(log);
        if (isLost) {
            LOG.warn(
                    "the key {} has signed vertices of this network, and none is in this cluster: it goes on from what other nodes have, and waits for one. If there are none, remove {} to begin the network anew",
                    known.key().publicKey().brief(),
                    signing);
        }
        boolean isJoining =
                installed.isPresent() || (!hasState && (wasJoining || isLost || !(isBootstrap() || isAlone())));
        isIncomplete = isJoining || wasJoining;
        if (isJoining) {
            // Before a peer puts anything into the log: an empty one shows that it is lost.
            unfinished.begin();
        }
        gossip = GossipSide.open(cluster, known, config.ledger(), directory, isJoining, clock);
        parts.push(gossip);
        if (isJoining) {
            join(gossip, installed);
        } else {
            unfinished.end(UnfinishedJoin.Part.STATE);
            startStreams();
        }
    }

    LedgerServer http() {
        return http;
    }

    /** What orders and executes; nothing while this node joins. */
    Optional<StreamsApp> streams() {
        return Optional.ofNullable(ledger);
    }

    /** The other nodes, if this one has any. */
    Optional<GossipSide> gossip() {
        return Optional.ofNullable(gossip);
    }

    /** How far a node without a state has come; empty when it had one. */
    Optional<JoinProgress> joining() {
        return Optional.ofNullable(joinProgress);
    }

    /** What keeps a validator that joined from counting, for people; empty: nothing. */
    String waitingToCount() {
        return registration == null ? "" : registration.waitingFor();
    }

    /** Parts that stopped by themselves, with their reasons. */
    Stream<String> failures() {
        return Stream.of(
                        describe("joining", fresh == null ? Optional.empty() : fresh.failure()),
                        describe("ledger", ledger == null ? Optional.empty() : ledger.failure()),
                        describe("vertex producer", producer == null ? Optional.empty() : producer.failure()),
                        describe("registration", registration == null ? Optional.empty() : registration.failure()),
                        describe("snapshotter", snapshotter == null ? Optional.empty() : snapshotter.failure()))
                .flatMap(Optional::stream);
    }

    private static Optional<String> describe(String part, Optional<? extends Throwable> failure) {
        return failure.map(thrown -> part + ": " + thrown.getMessage());
    }

    /** Stops joining, which may be about to start other parts, and hands over all that is to be closed. */
    List<AutoCloseable> stop() {
        if (fresh != null) {
            fresh.close();
        }
        List<AutoCloseable> open = List.copyOf(parts);
        parts.clear();
        return open;
    }

    @Override
    public void close() {
        stop().forEach(Parts::close);
    }

    private boolean isBootstrap() {
        return config.ledger().place() == LedgerMode.BOOTSTRAP;
    }

    /** Then others may have what it signed, and it must not begin anew. */
    private boolean hasLostItsLog(LedgerLog log) {
        return known.signingKey().isPresent()
                && signing.contains(known.genesis().networkId())
                && log.isEmpty();
    }

    /** Nobody else has to be there before a network of one begins. */
    private boolean isAlone() {
        return known.signingKey()
                .filter(key -> known.genesis().validators().stream()
                        .allMatch(each -> each.publicKey().equals(key.publicKey())))
                .isPresent();
    }

    private Installation installation() {
        return new Installation(
                cluster,
                known.genesis(),
                config.ledger().join().trust(),
                clock,
                Runtime.getRuntime().availableProcessors());
    }

    /** @param installed by an earlier start, which was not live yet when it ended */
    private void join(GossipSide peers, Optional<Manifest> installed) {
        GenesisConfig genesis = known.genesis();
        var watched = new JoinProgress(System::nanoTime);
        boolean isFounder = known.signingKey()
                .filter(key -> new Validators(genesis.validators()).contains(key.publicKey()))
                .isPresent();
        var joining = new Join(
                peers.gossip(), installation(), config.ledger().join(), isFounder, directory.resolve("join"), watched);
        fresh = new FreshLedger(
                cluster,
                peers.gossip(),
                genesis.gcDepth(),
                joining,
                unfinished,
                installed,
                watched,
                this::startStreams);
        joinProgress = watched;
        peers.gossip().watch(watched);
        fresh.start();
    }

    private void startStreams() {
        GenesisConfig genesis = known.genesis();
        Path stores = directory.resolve("streams");
        new StateOfLog(stores, LedgerStreams.APPLICATION_ID).belongTo(LogIdentity.of(cluster));
        var streams = new StreamsApp(
                "ledger",
                LedgerStreams.topology(genesis),
                LedgerStreams.properties(cluster, stores, LedgerStreams.APPLICATION_ID, http.applicationServer()));
        parts.push(streams);
        ledger = streams;
        streams.start();
        http.follow(streams.streams());

        var publishing = new Snapshotter(
                cluster,
                network(),
                new Snapshotter.Settings(
                        directory.resolve("snapshotter"),
                        Duration.ofSeconds(config.snapshots().intervalSeconds()),
                        config.snapshots().keep(),
                        config.snapshots().keepLog()),
                clock);
        parts.push(publishing);
        snapshotter = publishing;
        publishing.start();
        known.signingKey().ifPresent(this::produce);
        if (gossip != null) {
            gossip.relay(cluster, known);
            if (config.ledger().place() == LedgerMode.VALIDATOR) {
                register(gossip);
            }
        }
    }

    private void register(GossipSide peers) {
        Hash key = known.key().publicKey();
        var registering = new RegistrationLoop(new Registration(
                known.genesis(),
                known.key(),
                Objects.requireNonNullElse(config.ledger().gossip().address(), ""),
                new Departure(directory, key),
                new ExecutedState(() -> Optional.ofNullable(ledger), key),
                peers));
        parts.push(registering);
        registration = registering;
        registering.start();
    }

    /** A store that is lost is made again from what this node would join with. */
    private Snapshotter.Network network() {
        GenesisConfig genesis = known.genesis();
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

    private void produce(SigningKey key) {
        GenesisConfig genesis = known.genesis();
        var genesisState = new State(new MemoryStateStore(), genesis.bucketBits());
        GenesisState.entries(genesis).forEach(genesisState::put);
        var made = new VertexProducer(
                cluster,
                genesis,
                genesisState.root(0),
                key,
                new VertexProducer.Settings(
                        Duration.ofMillis(config.ledger().minRoundIntervalMs()),
                        Duration.ofMillis(config.ledger().idleRoundIntervalMs()),
                        LEADER_TIMEOUT),
                clock);
        parts.push(made);
        producer = made;
        made.onceSigned(() -> signing.add(genesis.networkId()));
        if (gossip == null) {
            made.start();
        } else {
            gossip.onceJoined(isIncomplete, signed -> {
                unfinished.end(UnfinishedJoin.Part.OWN_VERTICES);
                made.start(signed);
            });
        }
    }
}
