package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Packets that wait for a radio: those of one client in their order, the clients in turn. A client has at most as many places as are left free, so
 * a newcomer always finds one (dynamic thresholds, Choudhury and Hahne 1998). One thread.
 */
final class WaitingPackets {
    static final int PLACES = 32;

    /** In the order in which it is their turn; none has an empty queue. */
    private final Map<ClientSession, Deque<Waiting>> clients = new LinkedHashMap<>();

    private int size;

    /** @param since when the client sent it, in nanoseconds */
    record Waiting(ClientSession client, MeshPacket packet, long since) {}

    boolean hasPlaceFor(ClientSession client) {
        Deque<Waiting> own = clients.get(client);
        return (own == null ? 0 : own.size()) < PLACES - size;
    }

    void add(Waiting packet) {
        queue(packet.client).addLast(packet);
        size++;
    }

    /** It was taken before and goes before what came after it, place or no place. */
    void giveBack(Waiting packet) {
        queue(packet.client).addFirst(packet);
        size++;
    }

    private Deque<Waiting> queue(ClientSession client) {
        return clients.computeIfAbsent(client, unused -> new ArrayDeque<>());
    }

    /** The one whose turn it is, of the clients that may. It stays where it is until it is {@link #taken}. */
    Optional<Waiting> next(Predicate<ClientSession> may) {
        return clients.entrySet().stream()
                .filter(each -> may.test(each.getKey()))
                .map(each -> each.getValue().element())
                .findFirst();
    }

    void taken(Waiting packet) {
        Deque<Waiting> own = clients.remove(packet.client);
        if (own == null || !packet.equals(own.remove())) {
            throw new IllegalStateException("taken is what is next");
        }
        size--;
        if (!own.isEmpty()) {
            clients.put(packet.client, own);
        }
    }

    /** Takes out what has waited since then, or longer. */
    List<Waiting> takeSince(long since) {
        return take(packet -> packet.since - since <= 0);
    }

    List<Waiting> takeAll() {
        return take(packet -> true);
    }

    private List<Waiting> take(Predicate<Waiting> which) {
        var out = new ArrayList<Waiting>();
        for (Deque<Waiting> own : clients.values()) {
            own.stream().filter(which).forEach(out::add);
            own.removeIf(which);
        }
        clients.values().removeIf(Deque::isEmpty);
        size -= out.size();
        return out;
    }
}
