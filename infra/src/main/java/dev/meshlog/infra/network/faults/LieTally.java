package dev.meshlog.infra.network.faults;

import java.util.EnumMap;
import java.util.Map;

/** How often what was done. Any thread. */
final class LieTally {
    private final Map<Lie, Long> counts = new EnumMap<>(Lie.class);

    synchronized void count(Lie lie) {
        counts.merge(lie, 1L, Long::sum);
    }

    synchronized long of(Lie lie) {
        return counts.getOrDefault(lie, 0L);
    }

    @Override
    public synchronized String toString() {
        return counts.toString();
    }
}
