package dev.meshlog.ingest.mqtt;

import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.ingest.LinkConfig;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** The ingest side with one link to a broker, as a process of its own. */
final class MqttIngest {
    private MqttIngest() {}

    /** Kafka's address, the directory of the spools, the broker's port. */
    public static void main(String[] args) throws Exception {
        MqttOptions options = RunningSource.options(Integer.parseInt(args[2]));
        var link = new LinkConfig("town", "mesh-a", options.toLive(LinkConfig.Live.DEFAULT_SPOOL_BYTES));
        var app = new IngestApp(new IngestConfig(
                Map.of("bootstrap.servers", args[0]), List.of(link), Path.of(args[1]), Clock.systemUTC()));
        app.start();
        // Until it is killed, or the process that started it is gone.
        System.in.transferTo(OutputStream.nullOutputStream());
        app.close();
    }
}
