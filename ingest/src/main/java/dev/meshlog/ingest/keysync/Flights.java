package dev.meshlog.ingest.keysync;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Packets that a radio was given and has not answered. */
final class Flights {
    /** A radio that writes four contacts to flash answers in a quarter of a second. */
    static final long ANSWER = Duration.ofSeconds(5).toNanos();
    /** The radio's queue is one: who is overtaken is most likely lost. */
    static final long OVERTAKEN = Duration.ofSeconds(1).toNanos();
    /** A radio tells of the last two packets only, so for others nothing may come. */
    static final long STATUS = Duration.ofSeconds(1).toNanos();

    private final Map<Integer, Flight> flights = new LinkedHashMap<>();
    private long newestAnswered = -1;
    private long sent;

    private record Flight(@Nullable Push push, long at, long number) {}

    int size() {
        return flights.size();
    }

    boolean contains(int id) {
        return flights.containsKey(id);
    }

    void begin(int id, @Nullable Push push, long now) {
        flights.put(id, new Flight(push, now, sent++));
    }

    /** The push was acknowledged, by this id. */
    void answered(int id) {
        Flight flight = flights.remove(id);
        if (flight != null) {
            newestAnswered = Math.max(newestAnswered, flight.number);
        }
    }

    /** The radio has taken the packet over; for a push that says nothing. */
    void taken(int id) {
        Flight flight = flights.get(id);
        if (flight != null && flight.push == null) {
            flights.remove(id);
        }
    }

    void forget(Push push) {
        push.ids.forEach(flights::remove);
    }

    /** Takes out what is not answered any more; what is returned are pushes. */
    List<Push> lost(long now) {
        var lost = new ArrayList<Push>();
        for (Iterator<Flight> each = flights.values().iterator(); each.hasNext(); ) {
            Flight flight = each.next();
            Push push = flight.push;
            long patience = push == null ? STATUS : flight.number < newestAnswered ? OVERTAKEN : ANSWER;
            if (now - flight.at >= patience) {
                each.remove();
                if (push != null) {
                    lost.add(push);
                }
            }
        }
        return lost;
    }

    void clear() {
        flights.clear();
    }
}
