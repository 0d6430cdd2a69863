package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Addresses where peers may be, each in its one form ({@link PeerAddress#canonical}), and when to try each next. Those of the configuration and of validators are tried for ever, with pauses that grow;
 * those that peers told are forgotten after {@link #TRIES} tries in vain. Time is handed in, in nanoseconds. One thread at a time.
 */
final class PeerBook {
    static final int TRIES = 5;
    static final int MAX_TOLD = 256;
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final RandomGenerator random;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Entries that are not ours. */
    private int told;

    private static final class Entry {
        private final Backoff backoff;
        private boolean isOurs;
        private boolean isTaken;
        private long notBefore;
        private @Nullable String lastFailure;

        Entry(Backoff backoff, long now) {
            this.backoff = backoff;
            this.notBefore = now;
        }
    }

    PeerBook(RandomGenerator random) {
        this.random = random;
    }

    /** Of the configuration, or of a validator. */
    void ours(String address, long now) {
        Entry before = entries.get(address);
        if (before != null && !before.isOurs) {
            told--;
        }
        entry(address, now).isOurs = true;
    }

    /**
     * What a peer told. No names: who looks them up waits for servers that the peer chose.
     *
     * @return false: it is known, or enough is, or it is no IP address and port
     */
    boolean told(String text, long now) {
        Optional<String> address = PeerAddress.parseLiteral(text).map(PeerAddress::text);
        if (told >= MAX_TOLD || address.isEmpty() || entries.containsKey(address.get())) {
            return false;
        }
        entry(address.get(), now);
        told++;
        return true;
    }

    /** What to try now; each is taken until {@link #failed} or {@link #free} is said of it. */
    List<String> due(long now, int atMost) {
        List<String> due = new ArrayList<>();
        for (Map.Entry<String, Entry> each : entries.entrySet()) {
            Entry entry = each.getValue();
            if (!entry.isTaken && now - entry.notBefore >= 0 && due.size() < atMost) {
                entry.isTaken = true;
                due.add(each.getKey());
            }
        }
        return due;
    }

    /** It could not be reached, or did not want us. */
    void failed(String address, String why, boolean isHopeless, long now) {
        Entry entry = entries.get(address);
        if (entry == null) {
            return;
        }
        entry.isTaken = false;
        entry.lastFailure = why;
        Duration pause = isHopeless ? entry.backoff.longest() : entry.backoff.next();
        entry.notBefore = now + pause.toNanos();
        if (!entry.isOurs && entry.backoff.tries() >= TRIES) {
            entries.remove(address);
            told--;
        }
    }

    /** A connection worked and is over. */
    void free(String address, long now) {
        Entry entry = entries.get(address);
        if (entry != null) {
            entry.isTaken = false;
            entry.backoff.reset();
            entry.notBefore = now + entry.backoff.next().toNanos();
        }
    }

    /**
     * Nothing to do there for a while. What a peer told is forgotten: it will be told again, and must not keep the places of others.
     *
     * @return whether it is forgotten
     */
    boolean rest(String address, Duration pause, long now) {
        Entry entry = entries.get(address);
        if (entry == null) {
            return true;
        }
        if (!entry.isOurs) {
            entries.remove(address);
            told--;
            return true;
        }
        entry.isTaken = false;
        entry.notBefore = now + pause.toNanos();
        return false;
    }

    /** How many tries in a row were in vain. */
    int failures(String address) {
        Entry entry = entries.get(address);
        return entry == null ? 0 : entry.backoff.tries();
    }

    Optional<String> lastFailure(String address) {
        return Optional.ofNullable(entries.get(address)).map(entry -> entry.lastFailure);
    }

    /** Those where the last try was in vain. */
    List<SourceFailure> failed() {
        return entries.entrySet().stream()
                .filter(each -> each.getValue().backoff.tries() > 0 && each.getValue().lastFailure != null)
                .map(each -> new SourceFailure(each.getKey(), String.valueOf(each.getValue().lastFailure)))
                .toList();
    }

    private Entry entry(String address, long now) {
        return entries.computeIfAbsent(address, any -> new Entry(new Backoff(FIRST, LONGEST, random), now));
    }
}
