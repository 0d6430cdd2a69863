package dev.meshlog.infra.dag;

/** Both ends included. */
public record RoundRange(long first, long last) {
    public static final RoundRange ALL = new RoundRange(0, Long.MAX_VALUE);

    public RoundRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("rounds " + first + " to " + last);
        }
    }

    /** @throws IllegalArgumentException when it is not {@code A-B} with A not above B */
    public static RoundRange parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException(text);
        }
        return new RoundRange(Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    RoundRange upTo(long highest) {
        return new RoundRange(first, Math.min(last, highest));
    }

    boolean contains(long round) {
        return first <= round && round <= last;
    }
}
