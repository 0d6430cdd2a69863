package dev.meshlog.ingest.keysync;

import dev.meshlog.ingest.IngestApp;
import dev.meshlog.ingest.IngestConfig;
import dev.meshlog.ingest.LinkConfig;
import dev.meshlog.ingest.radio.RadioLinks;
import dev.meshlog.ingest.radio.RadioPorts;
import dev.meshlog.ingest.radio.Timing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * Ingest with one radio, which is to hold all keys, as a program that can be killed: {@code KeyLinkProgram BOOTSTRAP SPOOLS PORT KEYS}. It lives until its
 * standard input ends.
 */
final class KeyLinkProgram {
    private KeyLinkProgram() {}

    public static void main(String[] args) throws IOException {
        var tables = new MemoryTables();
        for (int node = 1; node <= Integer.parseInt(args[3]); node++) {
            tables.pin(node, node);
        }
        var clock = Clock.systemUTC();
        var ports = new RadioPorts();
        var link = new LinkConfig(
                "roof",
                "home",
                RadioLinks.tcp(
                        "127.0.0.1", Integer.parseInt(args[2]), Timing.DEFAULT, LinkConfig.Live.DEFAULT_SPOOL_BYTES));
        var config =
                new IngestConfig(Map.of("bootstrap.servers", args[0]), List.of(link), Path.of(args[1]), clock, ports);
        KeyLink keys =
                KeyLink.open("home", ports.of("roof"), tables, new KeySyncSettings(KeyPolicy.MISSING, null), clock);
        try (var app = new IngestApp(config)) {
            app.start();
            while (System.in.read() >= 0) {
                // Nobody says anything; the end of the input is the end.
            }
        } finally {
            keys.close();
        }
    }
}
