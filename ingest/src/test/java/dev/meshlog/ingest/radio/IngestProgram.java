package dev.meshlog.ingest.radio;

import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.ingest.LinkConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Ingest with one radio, as a program that can be killed: {@code IngestProgram BOOTSTRAP SPOOLS PORT}. It lives until its standard input ends. */
final class IngestProgram {
    private static final Timing QUICK = new Timing(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            Duration.ofMinutes(30),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofMinutes(1),
            Duration.ofMillis(20),
            Duration.ofMillis(200));

    private IngestProgram() {}

    public static void main(String[] args) throws IOException {
        var link = new LinkConfig(
                "roof",
                "mesh-a",
                RadioLinks.tcp("127.0.0.1", Integer.parseInt(args[2]), QUICK, LinkConfig.Live.DEFAULT_SPOOL_BYTES));
        var config = new IngestConfig(
                Map.of("bootstrap.servers", args[0]), List.of(link), Path.of(args[1]), Clock.systemUTC());
        try (var app = new IngestApp(config)) {
            app.start();
            System.out.println("started");
            while (System.in.read() >= 0) {
                // Nobody says anything; the end of the input is the end.
            }
        }
    }
}
