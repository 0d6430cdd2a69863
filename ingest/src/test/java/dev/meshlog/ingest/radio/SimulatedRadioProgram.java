package dev.meshlog.ingest.radio;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The {@link SimulatedRadio} as a program: {@code SimulatedRadioProgram PORT LEDGER EVERY_MS RESTART_EVERY SEED}. It plays a recording and
 * writes its ledger into a file. It lives until its standard input ends.
 */
final class SimulatedRadioProgram {
    private SimulatedRadioProgram() {}

    public static void main(String[] args) throws IOException {
        var behaviour = new SimulatedRadio.Behaviour(
                0x2000,
                RadioScript.packets("mesh-a.frames"),
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                true,
                Long.parseLong(args[4]));
        Path file = Path.of(args[1]);
        try (var ledger = new PrintWriter(java.nio.file.Files.newBufferedWriter(file, StandardCharsets.UTF_8), true);
                var radio = new SimulatedRadio(behaviour, Integer.parseInt(args[0]), line -> write(ledger, line))) {
            System.out.println("listening on " + radio.port());
            while (System.in.read() >= 0) {
                // Whoever started it says nothing; the end of its input is the end.
            }
        }
    }

    private static void write(PrintWriter ledger, String line) {
        synchronized (ledger) {
            ledger.println(line);
        }
    }
}
