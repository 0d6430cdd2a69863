package dev.meshlog.infra.cli;

import dev.meshlog.infra.node.MeshView;
import dev.meshlog.infra.node.Narrator;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a person sees while Meshlog runs: lines of text, and on a terminal one status line that is rewritten in place; with {@code --json} one object
 * a line.
 */
final class Terminal implements Narrator {
    private static final int QUIET_LINES_MS = 10_000;
    private static final int BAR = 24;

    private final PrintWriter out;
    private final boolean json;
    private final boolean interactive;
    private final long started = System.nanoTime();
    private MeshView.@Nullable Summary last;
    private long lastPrinted;
    private int statusLength;

    Terminal(PrintWriter out, boolean json) {
        this(out, json, Boolean.getBoolean("meshlog.terminal") && !"dumb".equals(System.getenv("TERM")));
    }

    /** @param interactive whether a status line can be rewritten in place */
    Terminal(PrintWriter out, boolean json, boolean interactive) {
        this.out = out;
        this.json = json;
        this.interactive = interactive;
    }

    @Override
    public synchronized void say(String text) {
        if (json) {
            print(Map.of("event", "message", "text", text));
            return;
        }
        endStatus();
        out.printf("%6.1f s  %s%n", elapsed() / 1_000.0, text);
        out.flush();
    }

    @Override
    public synchronized void result(String name, Map<String, Object> figures) {
        if (json) {
            var event = new LinkedHashMap<String, Object>();
            event.put("event", name);
            event.putAll(figures);
            print(event);
            return;
        }
        endStatus();
        int width = figures.keySet().stream().mapToInt(String::length).max().orElse(0);
        figures.forEach((key, value) -> out.printf("          %-" + width + "s  %s%n", key, value));
        out.flush();
    }

    /** Prints when something changed; on a terminal in place, in a file or pipe at most every few seconds. */
    @Override
    public synchronized void status(MeshView.Summary summary) {
        if (summary.equals(last) || (!interactive && elapsed() - lastPrinted < minGap())) {
            return;
        }
        last = summary;
        lastPrinted = elapsed();
        if (json) {
            print(Map.of("event", "status", "summary", summary));
            return;
        }
        Map<String, Long> counters = summary.counters();
        String text =
                "%6.1f s  frames %d  packets %d  nodes %d  keys %d (%d shared, %d low-entropy)  rejected %d | commits %d  checkpoint %d  snapshots %d"
                        .formatted(
                                elapsed() / 1_000.0,
                                counters.getOrDefault("frames", 0L),
                                counters.getOrDefault("packets", 0L),
                                summary.nodes(),
                                summary.keys(),
                                summary.sharedKeys(),
                                summary.lowEntropyKeys(),
                                counters.getOrDefault("rejected", 0L) + counters.getOrDefault("refused", 0L),
                                summary.commitIndex(),
                                summary.checkpoint(),
                                summary.snapshots());
        if (interactive) {
            rewrite(text);
        } else {
            out.println(text);
            out.flush();
        }
    }

    /**
     * How far something is: on a terminal as a bar in place, in a file or pipe as a line every few seconds.
     *
     * @param fraction between 0 and 1
     */
    synchronized void progress(double fraction, String text) {
        if (!interactive && elapsed() - lastPrinted < minGap()) {
            return;
        }
        lastPrinted = elapsed();
        if (json) {
            print(Map.of("event", "progress", "percent", Math.round(fraction * 100), "text", text));
        } else if (interactive) {
            int done = (int) Math.round(fraction * BAR);
            rewrite("%6.1f s  [%s%s] %s"
                    .formatted(elapsed() / 1_000.0, "#".repeat(done), "-".repeat(BAR - done), text));
        } else {
            say(text);
        }
    }

    /** How things stand: on a terminal in place, in a file or pipe as a line every few seconds. */
    synchronized void standing(String text) {
        if (interactive) {
            rewrite("%6.1f s  %s".formatted(elapsed() / 1_000.0, text));
        } else if (elapsed() - lastPrinted >= minGap()) {
            lastPrinted = elapsed();
            say(text);
        }
    }

    private void rewrite(String text) {
        out.print("\r" + text + " ".repeat(Math.max(0, statusLength - text.length())));
        out.flush();
        statusLength = text.length();
    }

    private long minGap() {
        return elapsed() < 120_000 ? 2_000 : QUIET_LINES_MS;
    }

    private void endStatus() {
        if (statusLength > 0) {
            out.println();
            statusLength = 0;
        }
    }

    private void print(Map<String, Object> event) {
        out.println(CommonOptions.toJson(event));
        out.flush();
    }

    private long elapsed() {
        return (System.nanoTime() - started) / 1_000_000;
    }
}
