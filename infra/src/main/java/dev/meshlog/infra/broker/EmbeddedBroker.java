package dev.meshlog.infra.broker;

import dev.meshlog.infra.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One KRaft broker and controller in this process, on the loopback address. {@code KafkaConfig}, {@code KafkaRaftServer} and {@code Formatter} are
 * internal classes of Kafka: this class and {@link StaleRegistration} are the only places that name such.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final String HOST = "127.0.0.1";

    private static volatile boolean stopping;

    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private EmbeddedBroker(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts the broker; formats the directory on first use.
     *
     * @param directory of the broker alone
     * @param clusterId used when the directory is new
     * @param port of the client listener; 0 takes any free one
     * @throws UserError when the port is taken or the directory can't be used
     */
    public static EmbeddedBroker start(Path directory, String clusterId, int port) {
        int clientPort = port == 0 ? freePort() : freeOrRefused(port);
        int controllerPort = freePort();
        while (controllerPort == clientPort) {
            controllerPort = freePort();
        }
        onFatal(directory);
        try {
            Files.createDirectories(directory);
            boolean killed = StaleRegistration.mayExist(directory);
            format(directory, clusterId);
            if (killed) {
                StaleRegistration.fence(
                        directory,
                        controllerAlone(directory, controllerPort),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), controllerPort));
            }
            var server = new KafkaRaftServer(
                    KafkaConfig.fromProps(properties(directory, clientPort, controllerPort), false), Time.SYSTEM);
            server.startup();
            var broker = new EmbeddedBroker(server, HOST + ":" + clientPort);
            if (killed) {
                reportHangingTransactions(broker.bootstrapServers());
            }
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException("broker directory " + directory, e);
        } catch (Exception e) {
            throw new UserError(
                    "the embedded broker does not start in " + directory + ": " + e.getMessage(),
                    "look into the log file for the cause; nothing was deleted",
                    e);
        }
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Whether a broker of this process has begun to stop: what its parts complain of from then on tells nobody anything. */
    public static boolean isStopping() {
        return stopping;
    }

    @Override
    public void close() {
        stopping = true;
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path directory, String clusterId) throws Exception {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        var formatter = new Formatter()
                .setNodeId(1)
                .setClusterId(clusterId)
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                // Version 2 (KIP-890) lets the broker add partitions to a transaction by itself. A kill -9 then left a
                // transaction open in a partition that its coordinator knew nothing of, and every read_committed reader
                // stuck.
                .setFeatureLevel("transaction.version", (short) 1)
                .setIgnoreFormatted(true)
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        formatter.run();
    }

    /** A stuck reader says nothing: name the partition and the way out. */
    private static void reportHangingTransactions(String bootstrapServers) throws InterruptedException {
        try (var admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            for (var transaction : HangingTransaction.find(admin)) {
                LOG.error("{}", transaction.advice(bootstrapServers));
            }
        } catch (ExecutionException e) {
            LOG.warn("whether transactions hang after the crash could not be found out", e.getCause());
        }
    }

    private static Properties controllerAlone(Path directory, int controllerPort) {
        Properties p = common(directory, controllerPort);
        p.setProperty("process.roles", "controller");
        p.setProperty("listeners", "CONTROLLER://%s:%d".formatted(HOST, controllerPort));
        // Nobody is there whose heartbeats could be late.
        p.setProperty("broker.session.timeout.ms", "100");
        p.setProperty("broker.heartbeat.interval.ms", "50");
        return p;
    }

    private static Properties common(Path directory, int controllerPort) {
        var p = new Properties();
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@" + HOST + ":" + controllerPort);
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("log.dirs", directory.toString());
        return p;
    }

    private static Properties properties(Path directory, int clientPort, int controllerPort) {
        Properties p = common(directory, controllerPort);
        p.setProperty("process.roles", "broker,controller");
        p.setProperty(
                "listeners", "PLAINTEXT://%s:%d,CONTROLLER://%s:%d".formatted(HOST, clientPort, HOST, controllerPort));
        p.setProperty("advertised.listeners", "PLAINTEXT://%s:%d".formatted(HOST, clientPort));
        p.setProperty("inter.broker.listener.name", "PLAINTEXT");
        p.setProperty("auto.create.topics.enable", "false");
        for (String internal :
                new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.setProperty(internal + ".replication.factor", "1");
            p.setProperty(internal + ".num.partitions", "1");
        }
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        // After a crash the new broker must wait until the session of the old one has lapsed.
        p.setProperty("broker.session.timeout.ms", "1500");
        p.setProperty("broker.heartbeat.interval.ms", "500");
        // A transaction that a killed process left open holds up every read_committed reader behind it.
        p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        p.setProperty("num.recovery.threads.per.data.dir", "2");
        p.setProperty("log.segment.bytes", Integer.toString(128 << 20));
        return p;
    }

    /** Kafka ends the process when its only log directory fails; say why before it does. */
    private static void onFatal(Path directory) {
        Exit.setHaltProcedure((status, message) -> {
            explain(directory, message);
            Runtime.getRuntime().halt(status == 0 ? 0 : 1);
        });
        Exit.setExitProcedure((status, message) -> {
            explain(directory, message);
            Runtime.getRuntime().halt(status == 0 ? 0 : 1);
        });
    }

    private static void explain(Path directory, String message) {
        long free = directory.toFile().getUsableSpace() >> 20;
        LOG.error(
                "the embedded broker stops: {}. {} MiB are free in {}. What was acknowledged is kept; make room or mend the disk and start again.",
                message == null ? "its log directory failed" : message,
                free,
                directory);
    }

    private static int freeOrRefused(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return port;
        } catch (IOException e) {
            throw new UserError(
                    "port " + port + " on " + HOST + " is in use",
                    "stop the program that listens there (ss -ltnp 'sport = :" + port
                            + "'), or choose another port with --port (0: any free one)",
                    e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on " + HOST, e);
        }
    }
}
