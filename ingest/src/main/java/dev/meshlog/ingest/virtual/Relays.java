package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.SentMessage;
import dev.meshlog.schemas.radio.SentOutcome;
import dev.meshlog.schemas.wire.Redaction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Packets of clients on their way to the radio: recorded first, then handed over in their order. While the radio is away they wait a moment, so
 * that a restart of it is a delay and no error. One thread; time is handed in, in nanoseconds.
 */
final class Relays {
    private static final int MAX_WAITING = 32;

    private final String network;
    private final Uplink uplink;
    private final Duration patience;
    private final InstantSource clock;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /** By id: taken by the queue in front of the radio, and not confirmed by the radio. */
    private final Map<Integer, Taken> onTheirWay = new LinkedHashMap<>();

    private final LongAdder relayed = new LongAdder();
    /** The radio has said who it is, and is there. */
    private boolean present;

    private record Taken(Waiting waiting, long at) {}

    private record Waiting(ClientSession client, MeshPacket packet, long since) {}

    Relays(String network, Uplink uplink, Duration patience, InstantSource clock) {
        this.network = network;
        this.uplink = uplink;
        this.patience = patience;
        this.clock = clock;
    }

    /** Empty when it goes, or waits to go. */
    Optional<Refusal> send(ClientSession client, MeshPacket packet, long now) {
        if (waiting.size() >= MAX_WAITING) {
            return Optional.of(Refusal.RADIO_AWAY);
        }
        if (!uplink.record(record(client, packet, null))) {
            return Optional.of(Refusal.NOT_KEPT);
        }
        waiting.add(new Waiting(client, packet, now));
        return Optional.empty();
    }

    /** @param givenUp hears of each packet whose radio did not come back in time, after that is recorded */
    void run(long now, BiConsumer<ClientSession, MeshPacket> givenUp) {
        // Its confirmation was lost, as happens on a busy mesh.
        onTheirWay.values().removeIf(taken -> now - taken.at >= patience.toNanos());
        while (present && !waiting.isEmpty() && isTaken(waiting.element(), now)) {
            waiting.remove();
        }
        while (!waiting.isEmpty() && now - waiting.element().since >= patience.toNanos()) {
            Waiting first = waiting.remove();
            refused(first.client, first.packet, Refusal.RADIO_AWAY);
            givenUp.accept(first.client, first.packet);
        }
    }

    /** The queue may be done with the packet at once. */
    private boolean isTaken(Waiting next, long now) {
        int id = next.packet.getId();
        onTheirWay.put(id, new Taken(next, now));
        boolean taken = uplink.relay(next.packet, relayed::increment);
        if (!taken) {
            onTheirWay.remove(id);
        }
        return taken;
    }

    /** The radio says that it has the packet. */
    void confirmed(int packetId) {
        onTheirWay.remove(packetId);
    }

    boolean askForConfig(int nonce) {
        return present && uplink.askForConfig(nonce);
    }

    void radioComplete() {
        present = true;
    }

    /**
     * What the radio does not say that it has may have gone with the session, and goes again in the next one. Neither the radio nor the mesh minds
     * an id that was there before. An admin request does not: it may be why the session ended, and its client asks again.
     */
    void radioEnded() {
        present = false;
        var again = new ArrayList<>(onTheirWay.values());
        onTheirWay.clear();
        Collections.reverse(again);
        again.stream()
                .map(Taken::waiting)
                .filter(each -> each.packet.getDecoded().getPortNum() != Admission.ADMIN_PORT)
                .forEach(waiting::addFirst);
    }

    /**
     * It is another one now: nothing that was for the first one may go to it.
     *
     * @param givenUp hears of each packet, after it is recorded
     */
    void radioReplaced(BiConsumer<ClientSession, MeshPacket> givenUp) {
        onTheirWay.values().stream().map(Taken::waiting).forEach(waiting::add);
        onTheirWay.clear();
        waiting.forEach(each -> {
            refused(each.client, each.packet, Refusal.OTHER_RADIO);
            givenUp.accept(each.client, each.packet);
        });
        waiting.clear();
    }

    void refused(ClientSession client, MeshPacket packet, Refusal refusal) {
        var unused = uplink.record(record(client, packet, refusal));
    }

    /** Any thread may ask. */
    long relayed() {
        return relayed.sum();
    }

    private SentMessage record(ClientSession client, MeshPacket packet, @Nullable Refusal refusal) {
        Redaction shown = Redaction.ofMeshPacket(packet.toByteString());
        return SentMessage.newBuilder()
                .setNetwork(network)
                .setLink(uplink.link())
                .setClient(client.address())
                .setRadio(NodeNumber.of(packet.getFrom()))
                .setTo(NodeNumber.of(packet.getTo()))
                .setPacketId(NodeNumber.of(packet.getId()))
                .setPortNum(packet.getDecoded().getPortNum())
                .setOutcome(refusal == null ? SentOutcome.RELAYED : SentOutcome.REFUSED)
                .setDetail(refusal == null ? null : refusal.reason())
                .setMessage(shown.payload().asReadOnlyByteBuffer())
                .setRedacted(shown.paths())
                .setAtMs(clock.instant())
                .build();
    }
}
