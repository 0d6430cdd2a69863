package dev.meshlog.ingest.virtual;

import dev.meshlog.ingest.virtual.WaitingPackets.Waiting;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.SentMessage;
import dev.meshlog.schemas.radio.SentOutcome;
import dev.meshlog.schemas.wire.Redaction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Packets of clients on their way to the radio: recorded first, then handed over, one client's in their order. While the radio is away they wait a moment, so
 * that a restart of it is a delay and no error. One thread; time is handed in, in nanoseconds.
 */
final class Relays {
    /** Of one client, in the queue in front of the radio, where nobody overtakes it. */
    private static final int QUEUED_AT_ONCE = 4;

    private final String network;
    private final Uplink uplink;
    private final Duration patience;
    private final InstantSource clock;
    private final WaitingPackets waiting = new WaitingPackets();
    /** By id: taken by the queue in front of the radio, and not confirmed by the radio. */
    private final Map<Integer, Taken> onTheirWay = new LinkedHashMap<>();

    private final LongAdder relayed = new LongAdder();
    /** The radio has said who it is, and is there. */
    private boolean present;

    /** @param handedOver whether it has left the queue for the radio; set by any thread */
    private record Taken(Waiting waiting, long at, AtomicBoolean handedOver) {}

    Relays(String network, Uplink uplink, Duration patience, InstantSource clock) {
        this.network = network;
        this.uplink = uplink;
        this.patience = patience;
        this.clock = clock;
    }

    /** Empty when it goes, or waits to go. */
    Optional<Refusal> send(ClientSession client, MeshPacket packet, long now) {
        if (!waiting.hasPlaceFor(client)) {
            return Optional.of(Refusal.NO_ROOM);
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
        boolean taken = present;
        while (taken) {
            Optional<Waiting> next = waiting.next(this::mayQueue);
            taken = next.isPresent() && isTaken(next.get(), now);
        }
        for (Waiting late : waiting.takeSince(now - patience.toNanos())) {
            refused(late.client(), late.packet(), Refusal.RADIO_AWAY);
            givenUp.accept(late.client(), late.packet());
        }
    }

    private boolean mayQueue(ClientSession client) {
        long queued = onTheirWay.values().stream()
                .filter(each -> each.waiting.client() == client && !each.handedOver.get())
                .count();
        return queued < QUEUED_AT_ONCE;
    }

    /** The queue may be done with the packet at once. */
    private boolean isTaken(Waiting next, long now) {
        int id = next.packet().getId();
        var handedOver = new AtomicBoolean();
        onTheirWay.put(id, new Taken(next, now, handedOver));
        boolean taken = uplink.relay(next.packet(), () -> {
            handedOver.set(true);
            relayed.increment();
        });
        if (taken) {
            waiting.taken(next);
        } else {
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
                .filter(each -> each.packet().getDecoded().getPortNum() != Admission.ADMIN_PORT)
                .forEach(waiting::giveBack);
    }

    /**
     * It is another one now: nothing that was for the first one may go to it.
     *
     * @param givenUp hears of each packet, after it is recorded
     */
    void radioReplaced(BiConsumer<ClientSession, MeshPacket> givenUp) {
        onTheirWay.values().stream().map(Taken::waiting).forEach(waiting::add);
        onTheirWay.clear();
        for (Waiting each : waiting.takeAll()) {
            refused(each.client(), each.packet(), Refusal.OTHER_RADIO);
            givenUp.accept(each.client(), each.packet());
        }
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
