package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What clients send: admitted or refused, and whose answer is whose. One thread; time is handed in, in nanoseconds. */
final class Outgoing {
    /** So many packets are remembered, to send none twice and to find who asked. */
    private static final int REMEMBERED = 512;

    private final Admission admission;
    private final @Nullable Relays relays;
    private final Room room;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final LongAdder refused = new LongAdder();
    private final Map<Integer, Asked> asked = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Asked> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Asked(ClientSession client, boolean changesConfiguration) {}

    /** @param relays null: there is no radio */
    Outgoing(Admission admission, @Nullable Relays relays, Room room, InstantSource clock, RandomGenerator random) {
        this.admission = admission;
        this.relays = relays;
        this.room = room;
        this.clock = clock;
        this.random = random;
    }

    /** The packet that goes, for the other clients to see; empty when it does not go, or is nobody else's business. */
    Optional<MeshPacket> take(ClientSession client, MeshPacket said, int ownNode, long now) {
        int id = said.getId() == 0 ? newId() : said.getId();
        if (asked.containsKey(id)) {
            // The firmware says nothing, and a client that waits for its status sends it for ever.
            client.tell(room.status(id, 0));
            return Optional.empty();
        }
        MeshPacket packet = said.toBuilder()
                .setId(id)
                .setFrom(ownNode)
                .clearRxTime()
                .clearRxSnr()
                .clearRxRssi()
                .clearViaMqtt()
                .clearRelayNode()
                .build();
        // The flood is not recorded: it shall not fill the disk.
        Optional<Refusal> refusal = client.maySend(now) ? sent(client, packet, now) : Optional.of(Refusal.TOO_MANY);
        // The firmware remembers every id, and ignores the client that sends again what there was no room for.
        if (refusal.filter(Refusal::passes).isEmpty()) {
            asked.put(id, new Asked(client, Admission.changesConfiguration(packet, ownNode)));
        }
        client.tell(room.status(id, refusal.map(Refusal::error).orElse(0)));
        refusal.ifPresent(reason -> answer(client, packet, reason));
        run(now);
        boolean shown = refusal.isEmpty() && packet.getDecoded().getPortNum() != Admission.ADMIN_PORT;
        return shown ? Optional.of(packet) : Optional.empty();
    }

    /** There is nobody yet in whose name it could be refused. */
    void turnAway(ClientSession client, int packetId) {
        refuse();
        client.tell(room.status(packetId, Refusal.RADIO_AWAY.error()));
    }

    private Optional<Refusal> sent(ClientSession client, MeshPacket packet, long now) {
        Optional<Refusal> refusal = admission.refusal(packet, packet.getFrom());
        if (relays == null) {
            return Optional.of(refusal.orElse(Refusal.NO_RADIO));
        }
        if (refusal.isPresent()) {
            relays.refused(client, packet, refusal.get());
            return refusal;
        }
        return relays.send(client, packet, now);
    }

    /** Hands over what waits. */
    void run(long now) {
        if (relays != null) {
            relays.run(now, (client, packet) -> answer(client, packet, Refusal.RADIO_AWAY));
        }
    }

    /** The radio says that it has the packet. */
    void confirmed(int packetId) {
        if (relays != null) {
            relays.confirmed(packetId);
        }
    }

    boolean askForConfig(int nonce) {
        return relays != null && relays.askForConfig(nonce);
    }

    void radioComplete() {
        if (relays != null) {
            relays.radioComplete();
        }
    }

    void radioEnded() {
        if (relays != null) {
            relays.radioEnded();
        }
    }

    /** Whose packet it was. */
    Optional<ClientSession> asker(int packetId) {
        return Optional.ofNullable(asked.get(packetId)).map(Asked::client);
    }

    /** Whether it was a client's request that changes the device's configuration. */
    boolean isChange(int packetId) {
        Asked request = asked.get(packetId);
        return request != null && request.changesConfiguration;
    }

    void forget(ClientSession client) {
        asked.values().removeIf(each -> each.client == client);
    }

    void radioReplaced() {
        asked.clear();
        if (relays != null) {
            relays.radioReplaced((client, packet) -> answer(client, packet, Refusal.OTHER_RADIO));
        }
    }

    void refuse() {
        refused.increment();
    }

    /** What clients wanted and did not get. Any thread may ask. */
    long refused() {
        return refused.sum();
    }

    private void answer(ClientSession client, MeshPacket packet, Refusal refusal) {
        refuse();
        if (refusal.passes()) {
            asked.remove(packet.getId());
        }
        client.tell(refusal.answer(
                        packet.getFrom(),
                        packet.getId(),
                        newId(),
                        clock.instant().getEpochSecond())
                .toByteString());
    }

    private int newId() {
        int id = random.nextInt();
        return id == 0 ? 1 : id;
    }
}
