package dev.meshlog.ingest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Fills a spool with numbers until it is killed, and says after each how many there are. */
final class SpoolWriter {
    private SpoolWriter() {}

    public static void main(String[] args) throws Exception {
        try (var spool = new Spool(Path.of(args[0]), 1L << 40)) {
            for (int i = 0; ; i++) {
                byte[] content = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
                spool.append(List.of(sequence -> content), false);
                System.out.println(i + 1);
            }
        }
    }
}
