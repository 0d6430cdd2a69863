package dev.meshlog.infra.network.faults;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was done and what held, a line each. One thread. */
public final class DrillReport {
    private final PrintWriter out;
    private final long began;
    private final List<String> failures = new ArrayList<>();
    private int checked;

    /** @param out gets the lines at once */
    public DrillReport(PrintWriter out) {
        this.out = out;
        this.began = System.nanoTime();
    }

    void did(String what) {
        line("    ", what);
    }

    void check(boolean holds, String what) {
        checked++;
        if (!holds) {
            failures.add(what);
        }
        line(holds ? "ok  " : "FAIL", what);
    }

    /** Whether everything that was checked held, and something was. */
    public boolean holds() {
        return failures.isEmpty() && checked > 0;
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    private void line(String mark, String what) {
        out.println(String.format(Locale.ROOT, "%s %6.1f s  %s", mark, (System.nanoTime() - began) / 1e9, what));
        out.flush();
    }
}
