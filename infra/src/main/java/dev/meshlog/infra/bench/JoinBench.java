package dev.meshlog.infra.bench;

import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.JoinConfig;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.JoinProgress;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.ingest.gossip.Gossip;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ingest.gossip.PeerAddress;
import dev.meshlog.ingest.gossip.quic.Identity;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.SchemaTopic;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;

/**
 * A listener without a state joins from one source that has a snapshot and what comes behind it, each with a broker of its own, all in this process. Nothing is
 * comparable; replaying is held against a network that executes a hundred transactions a second.
 */
final class JoinBench implements Bench {
    private static final int WRITES = 2;
    private static final int ROUNDS_BEHIND = 200;
    private static final double NETWORK_RATE = 100;
    private static final long CLOSE = 20;
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final Duration LOOK = Duration.ofMillis(20);

    @Override
    public String name() {
        return "join";
    }

    @Override
    public String sentence() {
        return "time in which a new node joins by a snapshot: connect, download, verify, apply, replay, and the catch-up ratio; the size is objects"
                + " (100,000 and 1,000,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        for (int objects : settings.sizesOr(100_000, 1_000_000)) {
            long transactions = (long) objects * WRITES;
            int aRound = LedgerHistory.VALIDATORS * LedgerHistory.TRANSACTIONS;
            long tail = Math.min(transactions / 2, (long) ROUNDS_BEHIND * aRound);
            settings.progress()
                    .accept(String.format(Locale.ROOT, "%s, writing %,d transactions", name(), transactions));
            try (var history = LedgerHistory.create(
                    new LedgerHistory.Load(objects, transactions, tail),
                    settings.clock(),
                    line -> settings.progress().accept(name() + ", " + line))) {
                new SchemaTopic(history.cluster()).publish();
                join(objects, history, settings, figures);
            }
        }
    }

    private void join(int objects, LedgerHistory history, BenchSettings settings, Consumer<Figure> figures)
            throws Exception {
        Path directory = history.newDirectory();
        Path genesis = Files.createDirectories(directory).resolve("genesis.json");
        Files.writeString(genesis, history.genesis().toJson());
        try (var source = Gossip.open(
                        history.cluster(),
                        history.genesis(),
                        new Identity(history.genesis().networkId(), null, true, null),
                        new Gossip.Settings(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                List.of(),
                                directory.resolve("source"),
                                "bench",
                                false),
                        Ed25519.fastest(),
                        settings.clock());
                var broker = EmbeddedBroker.start(
                        directory.resolve("broker"), Uuid.randomUuid().toString(), 0)) {
            await(() -> source.status().getSnapshot() != null && source.status().getLeaderRound() > 0);
            var node = new LocalNode(
                    Cluster.at(broker.bootstrapServers()),
                    configuration(genesis, PeerAddress.text(source.address())),
                    directory.resolve("node"),
                    settings.clock());
            try {
                var unused = node.prepareLedger();
                node.start();
                measure(objects, source, node, settings, figures);
            } finally {
                node.close();
            }
        }
    }

    private static MeshlogConfig configuration(Path genesis, String source) {
        return new MeshlogConfig(
                null,
                null,
                null,
                new MeshlogConfig.Ledger(
                        null,
                        LedgerMode.LISTENER.text(),
                        genesis.toString(),
                        null,
                        null,
                        null,
                        new GossipConfig(null, null, List.of(source)),
                        new JoinConfig(null, null, null, 0)),
                null,
                new HttpConfig("127.0.0.1:0", null, null, null, null));
    }

    private void measure(int objects, Gossip source, LocalNode node, BenchSettings settings, Consumer<Figure> figures)
            throws InterruptedException {
        JoinProgress progress = node.joining().orElseThrow();
        Gossip its = node.gossip().orElseThrow().gossip();
        await(() -> progress.phase().compareTo(JoinPhase.REPLAYING) >= 0 || isOver(node));
        var replaying = new Spent.Clock();
        long from = its.progress().leaderRound();
        await(() -> source.progress().leaderRound() - its.progress().leaderRound() <= CLOSE || isOver(node));
        double replay = replaying.stop().seconds();
        long rounds = its.progress().leaderRound() - from;
        if (isOver(node)) {
            throw new IllegalStateException(node.failure().orElseThrow());
        }
        String of = String.format(Locale.ROOT, "%,d objects, ", objects);
        double all = replay;
        for (JoinPhase phase :
                List.of(JoinPhase.CONNECTING, JoinPhase.DOWNLOADING, JoinPhase.VERIFYING, JoinPhase.APPLYING)) {
            double seconds = progress.took(phase).toNanos() / 1e9;
            all += seconds;
            figures.accept(Figure.alone(name(), of + phase.name().toLowerCase(Locale.ROOT), seconds, "s", 1));
        }
        figures.accept(Figure.alone(name(), of + "replaying " + rounds + " rounds", replay, "s", 1));
        figures.accept(Figure.alone(name(), of + "in all", all, "s", 1));
        long transactions = rounds * LedgerHistory.VALIDATORS * LedgerHistory.TRANSACTIONS;
        double rate = transactions / Math.max(replay, 1e-3);
        figures.accept(Figure.rate(name(), of + "replaying", rate, "transactions/s", NETWORK_RATE, 1));
        settings.progress().accept(name() + ", " + progress.line());
    }

    private static boolean isOver(LocalNode node) {
        return node.failure().isPresent();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("nothing happens for " + LIMIT.toMinutes() + " minutes");
            }
            Thread.sleep(LOOK.toMillis());
        }
    }
}
