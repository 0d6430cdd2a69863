package dev.meshlog.infra.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Encrypted envelopes through all of the radio tables; the limit is an application that stores the same records and nothing else. */
final class RadioBench implements Bench {
    /** Of fewer packets nothing is seen but how it starts: once is enough for that. */
    private static final int ENOUGH = 10_000;

    @Override
    public String name() {
        return "radio";
    }

    @Override
    public String sentence() {
        return "packets decrypted, recognised and merged into the tables, against a Streams application that only stores the same"
                + " bytes with a changelog; the size is packets (100,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        int packets = settings.sizeOr(100_000);
        settings.progress().accept(String.format(Locale.ROOT, "%s, writing %,d packets", name(), packets));
        try (var traffic = RadioTraffic.create(packets, settings.clock())) {
            int rounds = packets < ENOUGH ? 1 : Interleaving.ROUNDS;
            if (packets >= ENOUGH) {
                traffic.stored();
                traffic.tables();
            }
            List<RadioTraffic.Speed> ours = new ArrayList<>();
            List<RadioTraffic.Speed> limits = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                ours.add(traffic.tables());
                limits.add(traffic.stored());
                settings.progress()
                        .accept(String.format(
                                Locale.ROOT,
                                "%s, round %d of %d: %,.0f and %,.0f packets/s",
                                name(),
                                round,
                                rounds,
                                ours.get(round - 1).rate(),
                                limits.get(round - 1).rate()));
            }
            figures.accept(Figure.rate(
                    name(),
                    "packets into the tables",
                    median(ours, true),
                    "packets/s",
                    median(limits, true),
                    ours.size()));
            figures.accept(Figure.cost(
                    name(),
                    "packets into the tables, CPU",
                    median(ours, false),
                    "µs for each of the packets",
                    median(limits, false),
                    ours.size()));
        }
    }

    private static double median(List<RadioTraffic.Speed> speeds, boolean rate) {
        return Medians.of(speeds.stream()
                .mapToDouble(speed -> rate ? speed.rate() : speed.cpuMicros())
                .toArray());
    }
}
