package dev.meshlog.infra.bench;

import org.jspecify.annotations.Nullable;

/**
 * One result of a bench. The components are the keys of its JSON object.
 *
 * @param limit what the machine gave in the same run for the part that can't be avoided; null where nothing is comparable
 * @param ratio value ÷ limit, or limit ÷ value for a cost: more is always better
 * @param runs how many measurements the value is the median of
 */
public record Figure(
        String bench,
        String figure,
        double value,
        String unit,
        @Nullable Double limit,
        @Nullable Double ratio,
        int runs,
        String machine) {
    private static final String MACHINE = Runtime.getRuntime().availableProcessors() + " processors, "
            + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", Java "
            + System.getProperty("java.version");

    static Figure rate(String bench, String figure, double value, String unit, double limit, int runs) {
        return new Figure(bench, figure, value, unit, limit, value / limit, runs, MACHINE);
    }

    /** Less is better. */
    static Figure cost(String bench, String figure, double value, String unit, double limit, int runs) {
        return new Figure(bench, figure, value, unit, limit, limit / value, runs, MACHINE);
    }

    static Figure alone(String bench, String figure, double value, String unit, int runs) {
        return new Figure(bench, figure, value, unit, null, null, runs, MACHINE);
    }
}
