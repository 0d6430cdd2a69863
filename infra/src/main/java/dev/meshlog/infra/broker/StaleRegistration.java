package dev.meshlog.infra.broker;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * Ends the registration that a killed broker left behind, before the next broker starts.
 *
 * <p>The metadata log still says that the broker is alive and leads every partition. A new process that starts as broker and controller at once
 * reads that first, becomes the coordinator of the unfinished transactions and begins to send their commit markers to the killed broker's
 * port. When the old session lapses every partition loses its leader for a moment. Kafka 4.3.1
 * ({@code TransactionMarkerChannelManager.addTxnMarkersToBrokerQueue}) takes a partition without leader for a deleted one, drops the marker and
 * declares the transaction complete: its records are committed for the coordinator and open for ever in the partition.
 *
 * <p>So the controller runs alone first, until the old broker is fenced. The broker then learns from its first metadata that it leads nothing,
 * and gets all partitions in one batch, when it can answer.
 */
final class StaleRegistration {
    /** Written by Kafka's log manager at the end of an orderly stop, removed when the logs are opened. */
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

    private static final int NODE = 1;
    private static final long LIMIT_S = 60;

    private StaleRegistration() {}

    static boolean mayExist(Path directory) {
        return Files.exists(directory.resolve("meta.properties")) && !Files.exists(directory.resolve(CLEAN_SHUTDOWN));
    }

    /**
     * Runs the controller until the old registration is fenced or turns out not to exist.
     *
     * @param properties of a process that is controller only
     * @param controller its address
     */
    static void fence(Path directory, Properties properties, InetSocketAddress controller) throws Exception {
        String path = directory.toString();
        var shared = new SharedServer(
                KafkaConfig.fromProps(properties, false),
                new MetaPropertiesEnsemble.Loader()
                        .addMetadataLogDir(path)
                        .addLogDirs(List.of(path))
                        .load(),
                Time.SYSTEM,
                new Metrics(),
                CompletableFuture.completedFuture(Map.of(NODE, controller)),
                List.of(),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        var server = new ControllerServer(shared, KafkaRaftServer.configSchema(), new BootstrapDirectory(path).read());
        var watch = new Watch();
        try {
            server.metadataPublishers().add(watch);
            server.startup();
            watch.gone.get(LIMIT_S, TimeUnit.SECONDS);
        } finally {
            server.shutdown();
        }
    }

    /** The loader's thread calls it, with the metadata as of the high watermark first. */
    private static final class Watch implements MetadataPublisher {
        private final CompletableFuture<Void> gone = new CompletableFuture<>();

        @Override
        public String name() {
            return "StaleRegistration";
        }

        @Override
        public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
            BrokerRegistration old = image.cluster().broker(NODE);
            if (old == null || old.fenced()) {
                gone.complete(null);
            }
        }

        @Override
        public void close() {}
    }
}
