package dev.meshlog.infra.node;

import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ingest.gossip.JoinWatch;
import dev.meshlog.ingest.gossip.SnapshotFetch;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.Refusal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What joining has come to: in the log as lines, for a terminal as one line that changes, for metrics as numbers. Any thread. */
public final class JoinProgress implements SnapshotFetch.Progress, RecoveryListener, JoinWatch {
    private static final Logger LOG = LoggerFactory.getLogger(JoinProgress.class);
    private static final int STEP = 10;
    private static final Duration BEFORE_A_RATE_COUNTS = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private final Map<JoinPhase, Duration> took = new EnumMap<>(JoinPhase.class);
    private JoinPhase phase = JoinPhase.CONNECTING;
    private long phaseSince;
    private String now = "looking for peers";
    private long bytes;
    private long allBytes;
    private long toldPercent;
    private double fraction;
    private String rate = "";
    private boolean isSlow;

    public JoinProgress(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.phaseSince = nanoTime.getAsLong();
    }

    @Override
    public synchronized JoinPhase phase() {
        return phase;
    }

    /** For people. */
    public synchronized String line() {
        return now;
    }

    /** Of the phase, 0 to 1. */
    public synchronized double fraction() {
        return fraction;
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized long allBytes() {
        return allBytes;
    }

    @Override
    public synchronized Duration took(JoinPhase asked) {
        Duration before = took.getOrDefault(asked, Duration.ZERO);
        return asked == phase && asked != JoinPhase.LIVE
                ? before.plus(Duration.ofNanos(nanoTime.getAsLong() - phaseSince))
                : before;
    }

    synchronized void enter(JoinPhase next, String what) {
        long time = nanoTime.getAsLong();
        took.merge(phase, Duration.ofNanos(time - phaseSince), Duration::plus);
        phase = next;
        phaseSince = time;
        toldPercent = 0;
        fraction = 0;
        now = what;
        LOG.info("joining: {}", what);
    }

    /** With a state that an earlier start installed. */
    synchronized void goesOn(Manifest manifest) {
        allBytes = manifest.size();
        bytes = allBytes;
        say("going on from the state of checkpoint %d, which is in the log".formatted(manifest.checkpointIndex()));
    }

    /** Something of the phase that is worth a line. */
    synchronized void say(String what) {
        now = what;
        LOG.info("joining: {}", what);
    }

    /**
     * How far the replay is.
     *
     * @param firstRound where it began
     * @param ratio the catch-up ratio: rounds decided here in the time in which the network decides one; empty while nobody can say
     */
    synchronized void replaying(long firstRound, long round, long networkRound, OptionalDouble ratio) {
        rate = ratio.isPresent() ? String.format(Locale.ROOT, "ρ %.1f", ratio.getAsDouble()) : "";
        now = "replaying: round %d of %d%s".formatted(round, networkRound, rate.isEmpty() ? "" : ", " + rate);
        boolean wasSlow = isSlow;
        boolean isEarly = nanoTime.getAsLong() - phaseSince < BEFORE_A_RATE_COUNTS.toNanos();
        isSlow = !isEarly && ratio.isPresent() && ratio.getAsDouble() <= 1;
        if (isSlow) {
            now += ": slower than the network, it can't be caught up with at this rate";
        }
        if (isSlow && !wasSlow) {
            LOG.warn("joining: {}", now);
        }
        fraction = networkRound <= firstRound
                ? 0
                : Math.min(1, Math.max(0, (double) (round - firstRound) / (networkRound - firstRound)));
        long percent = (long) (100 * fraction);
        if (percent >= toldPercent + STEP) {
            toldPercent = percent;
            LOG.info("joining: {}", now);
        }
    }

    synchronized void finish(long commitIndex) {
        enter(JoinPhase.LIVE, "live at commit " + commitIndex);
        LOG.info(
                "joined in {} s ({}{})",
                seconds(took.values().stream().reduce(Duration.ZERO, Duration::plus)),
                took.entrySet().stream()
                        .map(each -> each.getKey().name().toLowerCase(Locale.ROOT) + " " + seconds(each.getValue()))
                        .collect(Collectors.joining(", ")),
                rate.isEmpty() ? "" : ", " + rate);
    }

    @Override
    public synchronized void chosen(Manifest manifest, List<String> sources) {
        allBytes = manifest.size();
        bytes = 0;
        say("snapshot of checkpoint %d, round %d, %d entries, from %s: %s"
                .formatted(
                        manifest.checkpointIndex(),
                        manifest.leaderRound(),
                        manifest.entries(),
                        sources.size() == 1 ? "1 peer" : sources.size() + " peers",
                        String.join(", ", sources)));
    }

    @Override
    public synchronized void fetched(long here, long all) {
        bytes = here;
        allBytes = all;
        percent("downloaded", here, all, "bytes");
    }

    @Override
    public void refused(Refusal refusal) {
        LOG.debug("joining: not used: {}", refusal);
    }

    @Override
    public synchronized void chunkApplied(int applied, int chunks, long entries) {
        percent("verified against the state root", applied, chunks, "chunks");
    }

    private void percent(String what, long done, long all, String unit) {
        fraction = all == 0 ? 1 : (double) done / all;
        long percent = (long) (100 * fraction);
        now = "%s %d %% (%d of %d %s)".formatted(what, percent, done, all, unit);
        if (percent >= toldPercent + STEP || done == all) {
            toldPercent = percent;
            LOG.info("joining: {}", now);
        }
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f", time.toMillis() / 1e3);
    }
}
