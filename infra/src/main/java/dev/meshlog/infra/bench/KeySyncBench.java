package dev.meshlog.infra.bench;

import com.google.protobuf.ByteString;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning;
import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.ingest.LinkConfig;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.keysync.KeyLink;
import dev.meshlog.ingest.keysync.KeyPolicy;
import dev.meshlog.ingest.keysync.KeySyncSettings;
import dev.meshlog.ingest.radio.RadioLinks;
import dev.meshlog.ingest.radio.RadioPorts;
import dev.meshlog.ingest.radio.Timing;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.ingest.simulation.SimulatedRadioServer;
import dev.meshlog.ingest.virtual.VirtualNode;
import dev.meshlog.ingest.virtual.VirtualNodeSettings;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * How long it takes to give a radio the keys that it lost, over TCP, against the time that the radio alone needs to write them down; and beside it what
 * is left of the same keys when they are sent all at once. Then, how soon a client has read them from a virtual node and from the radio itself. The radio
 * is simulated, with the limits of a real one in real time.
 */
final class KeySyncBench implements Bench {
    private static final String LINK = "bench";
    private static final long OWN = 0x4000;
    private static final int ROOM = 400;
    private static final int MOST_RUNS = 3;
    private static final int READS = 15;
    private static final Duration STEADY = Duration.ofSeconds(2);
    private static final long LOOK_NANOS = 1_000_000;
    private static final long PATIENCE = Duration.ofMinutes(5).toNanos();

    @Override
    public String name() {
        return "keysync";
    }

    @Override
    public String sentence() {
        return "keys back to a simulated radio, against its own writing time; the size is missing keys (40, 250)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        Path directory = Files.createTempDirectory("meshlog-bench");
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                directory.resolve("broker"), Uuid.randomUuid().toString(), 0)) {
            Cluster cluster = Cluster.at(broker.bootstrapServers());
            try (Admin admin = cluster.admin()) {
                new TopicProvisioning(admin).apply();
            }
            for (int keys : settings.sizesOr(40, 250)) {
                restore(cluster, settings, directory, keys, figures);
                figures.accept(Figure.alone(name(), keys + " keys at once, lost", KeyBurst.lost(keys), "keys", 1));
                read(settings, keys, figures);
            }
        } finally {
            SnapshotFixture.delete(directory);
        }
    }

    /** Once more as long as there is time, for the radio does not hurry. */
    private void restore(Cluster cluster, BenchSettings settings, Path directory, int keys, Consumer<Figure> figures)
            throws Exception {
        var all = new ArrayList<Restored>();
        long end = System.nanoTime() + (long) (settings.seconds() * 1e9);
        do {
            Restored restored = restore(cluster, settings, directory.resolve(keys + "-" + all.size()), keys);
            all.add(restored);
            settings.progress()
                    .accept(String.format(Locale.ROOT, "%s, %d keys in %.2f s", name(), keys, restored.seconds));
        } while (all.size() < MOST_RUNS && System.nanoTime() < end);
        int runs = all.size();
        double seconds =
                Medians.of(all.stream().mapToDouble(each -> each.seconds).toArray());
        double alone = keys * RadioLimits.MEASURED.store().toMillis() / 1e3;
        figures.accept(Figure.cost(name(), keys + " keys restored", seconds, "s", alone, runs));
        int lost = all.stream().mapToInt(each -> each.lost).sum();
        figures.accept(Figure.alone(name(), keys + " keys, lost", lost, "keys", runs));
        double bytes = all.stream().mapToDouble(each -> each.steadyBytes).sum();
        figures.accept(Figure.alone(name(), keys + " keys, bytes in the time after", bytes, "bytes", runs));
    }

    /**
     * @param lost keys that the radio did not keep from the first time on
     * @param steadyBytes to the radio afterwards, heartbeats apart
     */
    private record Restored(double seconds, int lost, double steadyBytes) {}

    private static Restored restore(Cluster cluster, BenchSettings settings, Path spools, int keys) throws Exception {
        var ports = new RadioPorts();
        KeyLink link = KeyLink.open(
                LINK,
                ports.of(LINK),
                BenchTables.of(keys),
                new KeySyncSettings(KeyPolicy.MISSING, ROOM),
                settings.clock());
        try (var radio = new SimulatedRadioServer(new RadioModel(OWN, RadioLimits.MEASURED.withNodes(ROOM)), 0);
                var app = new IngestApp(new IngestConfig(
                        cluster.properties(),
                        List.of(new LinkConfig(
                                LINK,
                                LINK,
                                RadioLinks.tcp(
                                        "127.0.0.1",
                                        radio.port(),
                                        Timing.DEFAULT,
                                        LinkConfig.Live.DEFAULT_SPOOL_BYTES))),
                        spools,
                        settings.clock(),
                        ports))) {
            app.start();
            await(() -> radio.look(RadioModel::isConnected));
            long began = System.nanoTime();
            await(() -> radio.look(each -> each.nodes().favorites()) == keys);
            double seconds = (System.nanoTime() - began) / 1e9;
            int lost = radio.look(each -> each.traffic().packets()) - keys;
            long bytes = radio.look(each -> each.traffic().bytes());
            LockSupport.parkNanos(STEADY.toNanos());
            return new Restored(seconds, lost, radio.look(each -> each.traffic().bytes()) - bytes);
        } finally {
            link.close();
        }
    }

    /** How soon a client has all keys: from a virtual node, against the radio itself. */
    private void read(BenchSettings settings, int keys, Consumer<Figure> figures) throws IOException {
        MeshTables tables = BenchTables.of(keys);
        var model = new RadioModel(OWN, RadioLimits.MEASURED.withNodes(ROOM));
        for (long node = 1; node <= keys; node++) {
            model.nodes()
                    .put(NodeInfo.newBuilder()
                            .setNum((int) node)
                            .setUser(User.newBuilder().setPublicKey(ByteString.copyFrom(BenchTables.key(node))))
                            .build());
        }
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var radio = new SimulatedRadioServer(model, 0);
                var virtual = VirtualNode.ofNetwork(VirtualNodeSettings.at(any), LINK, 0, tables, settings.clock())) {
            InetSocketAddress virtualAddress = virtual.start();
            var radioAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), radio.port());
            double[] served = new double[READS];
            double[] direct = new double[READS];
            for (int i = 0; i < READS; i++) {
                direct[i] = KeyClient.secondsToLastKey(radioAddress, keys) * 1e3;
                served[i] = KeyClient.secondsToLastKey(virtualAddress, keys) * 1e3;
            }
            figures.accept(Figure.cost(
                    name(), keys + " keys to a client", Medians.of(served), "ms", Medians.of(direct), READS));
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the radio did not get its keys within " + PATIENCE + " ns");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
