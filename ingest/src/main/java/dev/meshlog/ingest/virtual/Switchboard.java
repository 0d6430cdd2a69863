package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.QueueStatus;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Between the clients of one virtual node and its device: who is told what, and whose packets go where. It has no thread and no clock of its own:
 * one thread calls it and hands the time in, in nanoseconds.
 */
final class Switchboard {
    /** So many packets are remembered, to send none twice and to find who asked. */
    private static final int REMEMBERED = 512;

    private static final QueueStatus ROOM =
            QueueStatus.newBuilder().setFree(16).setMaxlen(16).build();

    private final VirtualNodeSettings settings;
    private final Admission admission;
    private final MeshTables tables;
    private final @Nullable Relays relays;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final List<ClientSession> clients = new CopyOnWriteArrayList<>();
    private final Map<Integer, ClientSession> asked = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, ClientSession> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final NodeChanges changes = new NodeChanges();
    private QueueStatus room = ROOM;
    private @Nullable DeviceImage device;
    private DeviceImage.@Nullable Reading reading;
    private final LongAdder refused = new LongAdder();

    /** @param relays null: there is no radio */
    Switchboard(
            VirtualNodeSettings settings,
            MeshTables tables,
            @Nullable Relays relays,
            InstantSource clock,
            RandomGenerator random) {
        this.settings = settings;
        this.admission = new Admission(settings.allowAdmin(), settings.allowSecrets());
        this.tables = tables;
        this.relays = relays;
        this.clock = clock;
        this.random = random;
    }

    // The clients.

    ClientSession connected(String address, long now) {
        var client = new ClientSession(address, settings, now);
        clients.add(client);
        return client;
    }

    void gone(ClientSession client) {
        client.close("is gone");
        clients.remove(client);
        asked.values().removeIf(client::equals);
    }

    List<ClientSession> clients() {
        return clients;
    }

    boolean isSomebody() {
        return device != null;
    }

    /** Packets of clients that were not sent. Any thread may ask. */
    long refused() {
        return refused.sum();
    }

    void said(ClientSession client, ToRadio message, long now) {
        client.heard();
        switch (message.getPayloadVariantCase()) {
            case PACKET -> packet(client, message.getPacket(), now);
            case WANT_CONFIG_ID -> {
                if (client.asked(message.getWantConfigId(), now)) {
                    configure(client);
                }
            }
            case HEARTBEAT -> client.tell(status(room));
            case DISCONNECT -> client.leave();
            case XMODEM, MQTT_CLIENT_PROXY_MESSAGE -> refused.increment();
            case PAYLOADVARIANT_NOT_SET -> {
                // Newer clients may say more; a radio ignores what it does not know, too.
            }
        }
    }

    private void packet(ClientSession client, MeshPacket said, long now) {
        DeviceImage known = device;
        if (known == null) {
            refused.increment();
            return;
        }
        int id = said.getId() == 0 ? newId() : said.getId();
        if (asked.containsKey(id)) {
            return;
        }
        MeshPacket packet = said.toBuilder()
                .setId(id)
                .setFrom(known.node())
                .clearRxTime()
                .clearRxSnr()
                .clearRxRssi()
                .clearViaMqtt()
                .clearRelayNode()
                .build();
        if (!client.maySend(now)) {
            // Not recorded: whoever floods shall not fill the disk.
            answer(client, packet, Refusal.TOO_MANY);
            return;
        }
        asked.put(id, client);
        Optional<Refusal> refusal = admission.refusal(packet, known.node());
        if (relays == null) {
            answer(client, packet, refusal.orElse(Refusal.NO_RADIO));
            return;
        }
        if (refusal.isPresent()) {
            relays.refused(client, packet, refusal.get());
        } else {
            refusal = relays.send(client, packet, now);
        }
        if (refusal.isPresent()) {
            answer(client, packet, refusal.get());
            return;
        }
        if (packet.getDecoded().getPortNum() != Admission.ADMIN_PORT) {
            echo(client, packet);
        }
        run(now);
    }

    private void answer(ClientSession client, MeshPacket packet, Refusal refusal) {
        refused.increment();
        client.tell(refusal.answer(packet.getFrom(), packet.getId(), newId(), seconds())
                .toByteString());
    }

    private void echo(ClientSession sender, MeshPacket packet) {
        ByteString message = FromRadio.newBuilder()
                .setPacket(packet.toBuilder().setRxTime((int) seconds()))
                .build()
                .toByteString();
        eachConfigured(client -> {
            if (client != sender) {
                client.tell(message);
            }
        });
    }

    private void configure(ClientSession client) {
        if (device != null && tables.isReady()) {
            client.configure(ConfigAnswer.to(client.nonce(), device, tables));
        }
    }

    // The device.

    /** From now on this is what clients are told that it is. One with another number is another device: its clients have to ask anew. */
    void is(DeviceImage image) {
        boolean other = device != null && device.node() != image.node();
        device = image;
        if (other) {
            changes.forget();
            asked.clear();
            clients.forEach(client -> client.close("has to connect again: another radio is there now"));
        }
    }

    void radioBegan() {
        reading = new DeviceImage.Reading(settings.allowSecrets());
    }

    void radioComplete() {
        DeviceImage image = reading == null ? null : reading.image();
        reading = null;
        if (image != null) {
            is(image);
        }
    }

    void radioEnded() {
        reading = null;
    }

    void radioSaid(FromRadio message, ByteString payload) {
        switch (message.getPayloadVariantCase()) {
            case PACKET -> heard(message.getPacket(), payload);
            case QUEUE_STATUS -> {
                room = message.getQueueStatus().toBuilder().setMeshPacketId(0).build();
                ClientSession sender = asked.get(message.getQueueStatus().getMeshPacketId());
                if (sender != null) {
                    sender.tell(payload);
                }
            }
            case CLIENT_NOTIFICATION -> tellAll(payload);
            default -> {
                if (reading != null) {
                    reading.take(message, payload);
                }
            }
        }
    }

    /** A packet that the device heard or made. What it answers to itself is for the client that asked, and for nobody when none did. */
    void heard(MeshPacket packet, ByteString message) {
        int request = packet.getDecoded().getRequestId();
        boolean admin = packet.getDecoded().getPortNum() == Admission.ADMIN_PORT;
        boolean toItself = packet.getFrom() == packet.getTo() && request != 0;
        if (admin || toItself) {
            Optional.ofNullable(asked.get(request)).ifPresent(client -> client.tell(shown(message)));
        } else {
            tellAll(message);
        }
    }

    private void tellAll(ByteString message) {
        ByteString shown = shown(message);
        eachConfigured(client -> client.tell(shown));
    }

    private ByteString shown(ByteString message) {
        return settings.allowSecrets() ? message : DeviceImage.Shown.of(message).toByteString();
    }

    // The tables and the time.

    /** @param node whose names or key may have changed */
    void changed(int node) {
        changes.add(node);
    }

    void tick(long now) {
        if (device != null && tables.isReady()) {
            clients.stream()
                    .filter(client -> client.phase() == ClientSession.Phase.WAITING)
                    .forEach(this::configure);
            changes.take(device, tables).forEach(message -> eachConfigured(client -> client.tell(message)));
        }
        run(now);
        for (ClientSession client : clients) {
            client.tick(now);
            if (client.needsSign(now)) {
                client.tell(status(room));
            }
        }
    }

    private void run(long now) {
        if (relays != null) {
            relays.run(now, (client, packet) -> answer(client, packet, Refusal.RADIO_AWAY));
        }
    }

    private void eachConfigured(Consumer<ClientSession> what) {
        clients.stream()
                .filter(client -> client.phase() == ClientSession.Phase.CONFIGURED)
                .forEach(what);
    }

    private static ByteString status(QueueStatus room) {
        return FromRadio.newBuilder().setQueueStatus(room).build().toByteString();
    }

    private int newId() {
        int id = random.nextInt();
        return id == 0 ? 1 : id;
    }

    private long seconds() {
        return clock.instant().getEpochSecond();
    }
}
