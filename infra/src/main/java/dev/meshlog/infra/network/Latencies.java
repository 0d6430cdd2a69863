package dev.meshlog.infra.network;

/** How long something took, counted by milliseconds: any share of any number of them can be asked for. Any thread. */
final class Latencies {
    private static final int LONGEST_MS = 120_000;

    private final int[] counts = new int[LONGEST_MS + 1];
    private long total;

    /** Longer ones than two minutes count as two minutes. */
    synchronized void add(long ms) {
        counts[(int) Math.max(0, Math.min(ms, LONGEST_MS))]++;
        total++;
    }

    synchronized void addAll(Latencies others) {
        for (int ms = 0; ms <= LONGEST_MS; ms++) {
            counts[ms] += others.counts[ms];
        }
        total += others.total;
    }

    /** The least number of milliseconds that so many percent of them took at most; 0 when there is none. */
    synchronized long percentile(int percent) {
        long wanted = (total * percent + 99) / 100;
        long seen = 0;
        for (int ms = 0; ms <= LONGEST_MS && total > 0; ms++) {
            seen += counts[ms];
            if (seen >= Math.max(1, wanted)) {
                return ms;
            }
        }
        return 0;
    }
}
