package dev.meshlog.infra.network;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.crypto.SigningKey;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A ledger's network on this machine. What was chosen at its first start, keys, genesis and ports, is kept in its directory, and a later start goes
 * on with it. Closing stops all nodes.
 */
public final class LocalNetwork implements AutoCloseable {
    /** Five nodes that start at once on two busy processors. */
    private static final Duration UP = Duration.ofMinutes(5);

    private static final Duration STOPPED = Duration.ofSeconds(25);

    private final Path directory;
    private final NodeFiles files;
    private final Settings settings;
    private final FreePorts ports;
    private final GenesisConfig genesis;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(2))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();
    private NetworkLayout layout;

    /**
     * How a network is made, and its processes.
     *
     * @param validators of the genesis
     * @param reachedAt the address that others are told instead of the one where a node listens, host:port: for something that stands between
     * @param main of the meshlog command
     */
    public record Settings(int validators, int listeners, UnaryOperator<String> reachedAt, Class<?> main) {
        public Settings {
            if (validators < 1 || listeners < 0) {
                throw new IllegalArgumentException("a network has at least one validator");
            }
        }

        /** With nothing between the nodes. */
        public static Settings of(int validators, int listeners, Class<?> main) {
            return new Settings(validators, listeners, UnaryOperator.identity(), main);
        }
    }

    private LocalNetwork(Path directory, Settings settings, RandomGenerator random) {
        this.directory = directory.toAbsolutePath().normalize();
        this.settings = settings;
        this.files = new NodeFiles(this.directory);
        this.ports = new FreePorts(random);
        if (isIn(directory)) {
            layout = NetworkLayout.read(this.directory);
            genesis = LedgerIdentity.readGenesis(files.genesis());
        } else {
            layout = NetworkLayout.plan(settings.validators(), settings.listeners(), ports, settings.reachedAt());
            genesis = files.make(layout);
            layout.write(this.directory);
        }
        layout.members().forEach(this::add);
    }

    /** Whether the directory has a network. */
    public static boolean isIn(Path directory) {
        return NetworkLayout.isIn(directory);
    }

    /**
     * Reads the network of a directory, or makes one. Nothing is started.
     *
     * @param settings of a network that is there, only the main class counts
     * @param random where ports are looked for
     * @throws UserError when what is in the directory can't be used
     */
    public static LocalNetwork open(Path directory, Settings settings, RandomGenerator random) {
        return new LocalNetwork(directory, settings, random);
    }

    public GenesisConfig genesis() {
        return genesis;
    }

    public Path directory() {
        return directory;
    }

    public Path genesisFile() {
        return files.genesis();
    }

    /** The owner of all coins of the genesis. */
    public SigningKey funds() {
        return LedgerIdentity.readKey(files.funds());
    }

    /** In the order in which they came to the network: validators of the genesis first. */
    public List<NodeProcess> nodes() {
        return List.copyOf(nodes);
    }

    public List<NodeProcess> validators() {
        return nodes.stream().filter(node -> node.member().isValidator()).toList();
    }

    /** @throws IllegalArgumentException when there is none of that name */
    public NodeProcess node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node is called " + name));
    }

    /** The key of a validator; empty for a listener. */
    public Optional<SigningKey> key(NodeProcess node) {
        Path file = files.keyOf(node.member());
        return Files.exists(file) ? Optional.of(LedgerIdentity.readKey(file)) : Optional.empty();
    }

    /** One more node, not yet started. A validator among them is not in the genesis, and has no key before its first start. */
    public NodeProcess add(LedgerMode mode) {
        layout = layout.with(mode, ports, settings.reachedAt());
        Member member = layout.members().get(layout.members().size() - 1);
        files.configure(member, layout);
        layout.write(directory);
        return add(member);
    }

    private NodeProcess add(Member member) {
        var node = new NodeProcess(member, files.of(member), settings.main(), http);
        nodes.add(node);
        return node;
    }

    /**
     * Starts all that do not run, and returns when they answer.
     *
     * @throws UserError when one ends by itself, or takes minutes
     */
    public void start() throws InterruptedException {
        for (NodeProcess node : nodes) {
            node.start();
            // All at once would make each wait for the processors until its patience is over.
            node.awaitBroker(UP);
        }
        for (NodeProcess node : nodes) {
            node.awaitUp(UP);
        }
    }

    /** The first node that ended without being asked to, with its exit code and the end of its output. */
    public Optional<String> failure() {
        return nodes.stream().flatMap(node -> node.failure().stream()).findFirst();
    }

    /** All at once; who does not stop in time is killed. */
    @Override
    public void close() {
        nodes.forEach(NodeProcess::terminate);
        boolean interrupted = Thread.interrupted();
        long began = System.nanoTime();
        for (NodeProcess node : nodes) {
            try {
                long left = STOPPED.toNanos() - (System.nanoTime() - began);
                if (!node.awaitEnd(Duration.ofNanos(Math.max(0, left)))) {
                    node.kill();
                }
            } catch (InterruptedException e) {
                // It reads the end of its input when this process ends.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return Objects.toString(directory);
    }
}
