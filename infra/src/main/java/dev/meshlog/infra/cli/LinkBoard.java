package dev.meshlog.infra.cli;

import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.LinkEvent;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where each link stands, out of its events on {@code radio.links} in their order. */
final class LinkBoard {
    /** Over which rates are taken. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    /** Live links say where they stand at least once a minute. */
    private static final Duration STALE = Duration.ofMinutes(3);

    private static final String FORM = "%-16s %-12s %-11s %-20s %-10s %9s %10s %10s %10s %8s %9s%n";

    private final Map<String, Row> rows = new TreeMap<>();

    void take(LinkEvent event) {
        rows.computeIfAbsent(event.getLink(), link -> new Row(event.getNetwork(), link))
                .take(event);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    void print(PrintWriter out, boolean json, Instant now) {
        if (!json) {
            out.printf(
                    FORM,
                    "LINK",
                    "NETWORK",
                    "STATE",
                    "SINCE",
                    "NODE",
                    "FRAMES/S",
                    "PACKETS/S",
                    "FRAMES",
                    "PACKETS",
                    "DROPPED",
                    "SPOOL");
        }
        for (Row row : rows.values()) {
            Map<String, Object> facts = row.facts(now);
            if (json) {
                out.println(CommonOptions.toJson(facts));
            } else {
                row.print(out, facts);
            }
        }
        out.flush();
    }

    /** What comes from a radio must not steer the terminal. */
    static String plain(@Nullable String text) {
        return text == null ? "" : text.replaceAll("[\\p{Cntrl}\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]", "?");
    }

    private record Count(Instant at, Map<String, Long> totals) {}

    private static final class Row {
        private final String network;
        private final String link;
        private final Deque<Count> counts = new ArrayDeque<>();
        private String state = "unknown";
        private Instant since = Instant.EPOCH;
        private @Nullable String error;
        private @Nullable Long node;
        private @Nullable LinkEvent status;
        private Map<String, String> radio = Map.of();

        Row(String network, String link) {
            this.network = network;
            this.link = link;
        }

        void take(LinkEvent event) {
            Instant at = event.getAtMs();
            if (event.getOwnNode() != null) {
                node = event.getOwnNode();
            }
            switch (event.getKind()) {
                case COUNTERS -> count(event);
                case STATUS -> {
                    status = event;
                    radio = event.getFacts();
                    state = radio.getOrDefault("state", state);
                    since = Instant.parse(radio.getOrDefault("since", at.toString()));
                    error = radio.getOrDefault("lastError", error);
                }
                case OPENED -> change("open", at);
                case CLOSED -> change("closed", at);
                case FAILED -> {
                    change("failed", at);
                    error = at.truncatedTo(ChronoUnit.SECONDS) + " " + event.getDetail();
                }
                default -> {
                    // The next STATUS says what it means.
                }
            }
        }

        private void change(String to, Instant at) {
            state = to;
            since = at;
        }

        private void count(LinkEvent event) {
            counts.addLast(new Count(event.getAtMs(), event.getCounters()));
            Instant begin = event.getAtMs().minus(WINDOW.multipliedBy(2));
            while (counts.size() > 1 && counts.getFirst().at.isBefore(begin)) {
                counts.removeFirst();
            }
        }

        Map<String, Object> facts(Instant now) {
            var facts = new LinkedHashMap<String, Object>();
            facts.put("link", link);
            facts.put("network", network);
            facts.put("state", isStale(now) ? "not running" : state);
            facts.put("since", since.toString());
            facts.put("node", node == null ? "" : NodeNumber.text(node));
            facts.put("framesPerSecond", rate("frames", now));
            facts.put("packetsPerSecond", rate("packets", now));
            facts.put("frames", total("frames"));
            facts.put("packets", total("packets"));
            facts.put("dropped", status == null ? 0L : status.getCounters().getOrDefault("dropped", 0L));
            facts.put("spoolBytes", spoolBytes());
            facts.put("lastError", plain(error));
            var said = new TreeMap<>(radio);
            for (String ours : new String[] {"state", "since", "lastError", "spoolBytes", "spoolLimit"}) {
                said.remove(ours);
            }
            said.replaceAll((name, text) -> plain(text));
            facts.put("radio", said);
            return facts;
        }

        private boolean isStale(Instant now) {
            return status != null
                    && !state.equals("closed")
                    && !state.equals("failed")
                    && status.getAtMs().isBefore(now.minus(STALE));
        }

        private long total(String counter) {
            return counts.isEmpty() ? 0 : counts.getLast().totals.getOrDefault(counter, 0L);
        }

        /** Over the last minutes; less when there is nothing older to compare with. */
        private double rate(String counter, Instant now) {
            Instant begin = now.minus(WINDOW);
            Count base = null;
            for (Count count : counts) {
                if (base == null || !count.at.isAfter(begin)) {
                    base = count;
                }
            }
            if (base == null || !base.at.isBefore(now)) {
                return 0;
            }
            Instant from = base.at.isBefore(begin) ? begin : base.at;
            double seconds = Math.max(1, Duration.between(from, now).toMillis()) / 1000.0;
            return Math.round((total(counter) - base.totals.getOrDefault(counter, 0L)) / seconds * 100) / 100.0;
        }

        void print(PrintWriter out, Map<String, Object> facts) {
            out.printf(
                    FORM,
                    link,
                    network,
                    facts.get("state"),
                    since.equals(Instant.EPOCH) ? "" : since.truncatedTo(ChronoUnit.SECONDS),
                    facts.get("node"),
                    facts.get("framesPerSecond"),
                    facts.get("packetsPerSecond"),
                    facts.get("frames"),
                    facts.get("packets"),
                    facts.get("dropped"),
                    size(spoolBytes()));
            if (facts.get("radio") instanceof Map<?, ?> said && !said.isEmpty()) {
                out.println("  " + said.toString().replaceAll("[{}]", ""));
            }
            if (!plain(error).isEmpty()) {
                out.println("  last error: " + plain(error));
            }
        }

        private long spoolBytes() {
            return Long.parseLong(radio.getOrDefault("spoolBytes", "0"));
        }

        private static String size(long bytes) {
            return bytes < 1 << 20
                    ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                    : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
        }
    }
}
