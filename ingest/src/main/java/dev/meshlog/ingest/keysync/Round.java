package dev.meshlog.ingest.keysync;

import java.util.Locale;

/** Pushes without a pause in between: one line for people. */
final class Round {
    private final long began;
    private int acknowledged;
    private int failed;

    Round(long now) {
        began = now;
    }

    void ended(boolean well) {
        if (well) {
            acknowledged++;
        } else {
            failed++;
        }
    }

    /** Nothing came of it: no key had to be given after all. */
    boolean isEmpty() {
        return acknowledged + failed == 0;
    }

    String line(int left, long now) {
        String line = String.format(
                Locale.ROOT, "the radio got %d keys in %.1f s", acknowledged, (now - began) / 1_000_000_000.0);
        if (failed > 0) {
            line += ", " + failed + " failed";
        }
        return left > 0 ? line + ", and was gone before it got " + left + " more" : line;
    }
}
