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
    /** By id: taken by the queue in front of the radio. */
    private final Map<Integer, Waiting> onTheirWay = new LinkedHashMap<>();

    private final LongAdder relayed = new LongAdder();

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
        while (!waiting.isEmpty() && isTaken(waiting.element())) {
            waiting.remove();
        }
        while (!waiting.isEmpty() && now - waiting.element().since >= patience.toNanos()) {
            Waiting first = waiting.remove();
            refused(first.client, first.packet, Refusal.RADIO_AWAY);
            givenUp.accept(first.client, first.packet);
        }
    }

    /** The queue may be done with the packet at once. */
    private boolean isTaken(Waiting next) {
        int id = next.packet.getId();
        onTheirWay.put(id, next);
        boolean taken = uplink.relay(next.packet, () -> {
            if (onTheirWay.remove(id) != null) {
                relayed.increment();
            }
        });
        if (!taken) {
            onTheirWay.remove(id);
        }
        return taken;
    }

    /** What the radio was not given in the session that ended waits for the next one. The radio ignores an id that it had after all. */
    void radioEnded() {
        var again = new ArrayList<>(onTheirWay.values());
        onTheirWay.clear();
        Collections.reverse(again);
        again.forEach(waiting::addFirst);
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
