package dev.meshlog.infra.bench;

import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * From nothing to a state that was compared with a quorum's root: our snapshot and the log behind it. The limits are the others' times: Kafka Streams
 * restoring the same objects from a changelog, and the whole log executed again.
 */
final class RecoverBench implements Bench {
    private static final int WRITES = 5;

    /** One in a hundred transactions came after the snapshot. */
    private static final int TAIL = 100;

    @Override
    public String name() {
        return "recover";
    }

    @Override
    public String sentence() {
        return "time to a verified state from a snapshot and the log, against Kafka Streams restoring a changelog, and against"
                + " replaying everything; the size is objects, each written five times (100,000 and 1,000,000: about an hour)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        for (int objects : settings.sizesOr(100_000, 1_000_000)) {
            compare(objects, settings, figures);
        }
    }

    private void compare(int objects, BenchSettings settings, Consumer<Figure> figures) throws Exception {
        long transactions = (long) objects * WRITES;
        var load = new LedgerHistory.Load(objects, transactions, transactions / TAIL);
        settings.progress().accept(String.format(Locale.ROOT, "%s, writing %,d transactions", name(), transactions));
        try (var history = LedgerHistory.create(
                load, settings.clock(), line -> settings.progress().accept(name() + ", " + line))) {
            settings.progress().accept(name() + ", writing the changelog");
            var changelog = ChangelogRestore.create(history.cluster(), objects, WRITES);
            List<Spent> ours = new ArrayList<>();
            List<Spent> defaults = new ArrayList<>();
            List<Spent> tuned = new ArrayList<>();
            for (int round = 1; round <= Interleaving.ROUNDS; round++) {
                ours.add(recover(history, false, settings));
                defaults.add(changelog.withDefaults(history.newDirectory()));
                tuned.add(changelog.tuned(history.newDirectory()));
                settings.progress()
                        .accept(String.format(
                                Locale.ROOT,
                                "%s, round %d of %d: %.2f s, Streams %.2f s, tuned %.2f s",
                                name(),
                                round,
                                Interleaving.ROUNDS,
                                ours.get(round - 1).seconds(),
                                defaults.get(round - 1).seconds(),
                                tuned.get(round - 1).seconds()));
            }
            String what = String.format(Locale.ROOT, "%,d objects, against ", objects);
            report(what + "Streams with defaults", ours, defaults, figures);
            report(what + "Streams tuned", ours, tuned, figures);
            settings.progress().accept(name() + ", replaying everything");
            report(what + "replaying everything once", ours, List.of(recover(history, true, settings)), figures);
        }
    }

    private void report(String figure, List<Spent> ours, List<Spent> others, Consumer<Figure> figures) {
        figures.accept(Figure.cost(
                name(),
                figure,
                Spent.median(ours, Spent::seconds),
                "s",
                Spent.median(others, Spent::seconds),
                ours.size()));
        figures.accept(Figure.cost(
                name(),
                figure + ", CPU",
                Spent.median(ours, Spent::cpuSeconds),
                "s",
                Spent.median(others, Spent::cpuSeconds),
                ours.size()));
    }

    private Spent recover(LedgerHistory history, boolean fromGenesis, BenchSettings settings) {
        var clock = new Spent.Clock();
        RecoveryReport.Times times =
                history.recover(fromGenesis, false, RecoveryListener.NONE).times();
        settings.progress()
                .accept(String.format(
                        Locale.ROOT,
                        "%s, fetched in %,d ms, loaded in %,d ms, replayed in %,d ms",
                        name(),
                        times.fetch(),
                        times.apply(),
                        times.replay()));
        return clock.stop();
    }
}
