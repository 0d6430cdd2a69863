package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.ReplayProgress;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The log behind a snapshot executed by the replayer, its vertices believed or their signatures checked too. The limit is the signatures alone on all
 * processors: those of transactions are checked in any case.
 *
 * <p>Production, for ρ, is what the validators make at most: a vertex each of 100 transactions every {@value #ROUND_MS} ms, the default
 * of {@code ledger.minRoundIntervalMs}.
 */
final class ReplayBench implements Bench {
    private static final long TAIL = 20_000;
    private static final int ROUND_MS = 100;
    private static final double PRODUCED = LedgerHistory.VALIDATORS * 1_000.0 / ROUND_MS;
    private static final double HOUR = 3_600;

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public String sentence() {
        return "transactions and vertices replayed from the log, against their signatures alone, and against what four validators"
                + " produce; the size is objects (100,000 and 1,000,000: more than ten minutes)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        for (int objects : settings.sizesOr(100_000, 1_000_000)) {
            settings.progress().accept(String.format(Locale.ROOT, "%s, writing %,d objects", name(), objects));
            long tail = Math.min(objects, TAIL);
            var load = new LedgerHistory.Load(objects, objects + tail, tail);
            try (var history = LedgerHistory.create(
                            load, settings.clock(), line -> settings.progress().accept(name() + ", " + line));
                    var cores = new Cores()) {
                String size = String.format(Locale.ROOT, "%,d objects, ", objects);
                compare(size + "vertices believed", false, history, cores, settings, figures);
                compare(size + "vertices' signatures checked", true, history, cores, settings, figures);
            }
        }
    }

    private void compare(
            String figure,
            boolean verify,
            LedgerHistory history,
            Cores cores,
            BenchSettings settings,
            Consumer<Figure> figures)
            throws Exception {
        double[] transactions = new double[Interleaving.ROUNDS];
        double[] limits = new double[Interleaving.ROUNDS];
        List<Signed> signed = signatures(history, verify);
        long count = history.transactionsBehindTheSnapshot();
        for (int round = 0; round < Interleaving.ROUNDS; round++) {
            var replay = new Replay();
            history.recover(false, verify, replay);
            transactions[round] = count / replay.seconds();
            limits[round] = checked(signed, history, cores);
            settings.progress()
                    .accept(String.format(
                            Locale.ROOT,
                            "%s, %s: round %d of %d, %,.0f transactions/s, %,.0f with signatures alone",
                            name(),
                            figure,
                            round + 1,
                            Interleaving.ROUNDS,
                            transactions[round],
                            limits[round]));
        }
        report(figure, Medians.of(transactions), Medians.of(limits), settings, figures);
    }

    private void report(
            String figure, double transactions, double limit, BenchSettings settings, Consumer<Figure> figures) {
        double pace = transactions / LedgerHistory.TRANSACTIONS;
        figures.accept(Figure.rate(name(), figure, transactions, "transactions/s", limit, Interleaving.ROUNDS));
        figures.accept(Figure.rate(
                name(),
                figure + ", ρ against production",
                pace,
                "vertices of 100 transactions/s",
                PRODUCED,
                Interleaving.ROUNDS));
        double ratio = pace / PRODUCED;
        if (ratio > 1) {
            figures.accept(Figure.alone(
                    name(), figure + ", to catch up after an hour", HOUR / (ratio - 1), "s", Interleaving.ROUNDS));
        } else {
            settings.progress()
                    .accept(String.format(
                            Locale.ROOT, "%s, %s: ρ is %.2f, it would never catch up", name(), figure, ratio));
        }
    }

    /** From the moment that the snapshot is loaded. Called by one thread at a time. */
    private static final class Replay implements RecoveryListener {
        private long started = System.nanoTime();
        private long ended = started;

        @Override
        public void chunkApplied(int applied, int chunks, long entries) {
            started = System.nanoTime();
        }

        @Override
        public void replaying(ReplayProgress progress) {
            ended = System.nanoTime();
        }

        double seconds() {
            return (ended - started) / 1e9;
        }
    }

    /** Something signed, ready to be checked. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Signed(Hash key, Hash message, byte[] signature) {}

    private static List<Signed> signatures(LedgerHistory history, boolean verify) throws MalformedRecordException {
        List<Signed> signed = new ArrayList<>();
        for (Vertex vertex : history.behindTheSnapshot()) {
            if (verify) {
                signed.add(new Signed(vertex.producer(), vertex.id(), vertex.signature()));
            }
            for (byte[] bytes : vertex.transactions()) {
                var transaction = Transaction.parse(history.genesis().networkId(), bytes);
                signed.add(new Signed(transaction.call().sender(), transaction.id(), transaction.signature()));
            }
        }
        return signed;
    }

    /** @return transactions a second */
    private static double checked(List<Signed> signed, LedgerHistory history, Cores cores) throws Exception {
        Ed25519 check = Ed25519.fastest();
        var held = new AtomicLong();
        var clock = new Spent.Clock();
        cores.forEach(signed.size(), i -> {
            Signed each = signed.get(i);
            if (check.verify(each.key(), each.message(), each.signature())) {
                held.incrementAndGet();
            }
        });
        double seconds = clock.stop().seconds();
        if (held.get() < signed.size()) {
            throw new IllegalStateException("signatures of the bench do not hold");
        }
        return history.behindTheSnapshot().stream()
                        .mapToLong(vertex -> vertex.transactions().size())
                        .sum()
                / seconds;
    }
}
