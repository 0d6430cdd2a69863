package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.radio.Replays;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.time.InstantSource;
import java.util.List;
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
    private final VirtualNodeSettings settings;
    private final MeshTables tables;
    private final OwnKeys ownKeys;
    private final Outgoing outgoing;
    private final InstantSource clock;
    private final List<ClientSession> clients = new CopyOnWriteArrayList<>();
    private final LongAdder leftOut = new LongAdder();
    private final NodeChanges changes = new NodeChanges();
    private final Room room = new Room();
    private @Nullable DeviceImage device;
    private DeviceImage.@Nullable Reading reading;
    private final Reread reread;
    /** When the radio was asked for its config, seconds since 1970. */
    private long begunAt;

    /** @param relays null: there is no radio */
    Switchboard(
            VirtualNodeSettings settings,
            MeshTables tables,
            @Nullable Relays relays,
            InstantSource clock,
            RandomGenerator random) {
        this.settings = settings;
        this.tables = tables;
        this.ownKeys = new OwnKeys(tables);
        var admission = new Admission(settings.allowAdmin(), settings.allowSecrets());
        this.outgoing = new Outgoing(admission, relays, room, clock, random);
        this.clock = clock;
        this.reread = new Reread(this::newReading);
    }

    private DeviceImage.Reading newReading() {
        return new DeviceImage.Reading(settings.allowSecrets());
    }

    // The clients.

    ClientSession connected(String address, long now) {
        var client = new ClientSession(address, settings, leftOut, now);
        clients.add(client);
        return client;
    }

    void gone(ClientSession client) {
        client.close("is gone");
        clients.remove(client);
        outgoing.forget(client);
    }

    List<ClientSession> clients() {
        return clients;
    }

    boolean isSomebody() {
        return device != null;
    }

    /** Packets of clients that were not sent. Any thread may ask. */
    long refused() {
        return outgoing.refused();
    }

    /** Messages for clients that fit into no frame. Any thread may ask. */
    long leftOut() {
        return leftOut.sum();
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
            case HEARTBEAT -> client.tell(room.status());
            case DISCONNECT -> client.leave();
            case XMODEM, MQTT_CLIENT_PROXY_MESSAGE -> outgoing.refuse();
            case PAYLOADVARIANT_NOT_SET -> {
                // Newer clients may say more; a radio ignores what it does not know, too.
            }
        }
    }

    private void packet(ClientSession client, MeshPacket said, long now) {
        if (device == null) {
            outgoing.turnAway(client, said.getId());
        } else {
            MeshPacket packet = settings.allowAdmin() ? said : device.inItsOwnName(said);
            outgoing.take(client, packet, device.node(), now).ifPresent(sent -> echo(client, sent));
        }
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

    private NodeList nodes(DeviceImage current) {
        return new NodeList(current, tables, ownKeys);
    }

    private void configure(ClientSession client) {
        if (device != null && tables.isReady()) {
            client.configure(ConfigAnswer.to(client.nonce(), device, nodes(device)));
        }
    }

    // The device.

    /** From now on this is what clients are told that it is. One with another number is another device: its clients have to ask anew. */
    void is(DeviceImage image) {
        boolean other = device != null && device.node() != image.node();
        device = image;
        if (other) {
            changes.forget();
            outgoing.radioReplaced();
            clients.forEach(client -> client.close("has to connect again: another radio is there now"));
        }
    }

    void radioBegan() {
        reading = newReading();
        begunAt = seconds();
    }

    void radioComplete() {
        DeviceImage image = reading == null ? null : reading.image();
        reading = null;
        if (image != null) {
            is(image);
            outgoing.radioComplete();
        }
    }

    void radioEnded() {
        reading = null;
        reread.radioEnded();
        room.radioEnded();
        outgoing.radioEnded();
    }

    void radioSaid(FromRadio message, ByteString payload) {
        switch (message.getPayloadVariantCase()) {
            case PACKET -> {
                MeshPacket packet = message.getPacket();
                if (!isReplayed(packet)) {
                    answered(packet.getDecoded().getRequestId());
                    heard(packet, payload);
                }
            }
            case QUEUE_STATUS -> {
                room.said(message.getQueueStatus());
                int packetId = message.getQueueStatus().getMeshPacketId();
                outgoing.confirmed(packetId);
                answered(packetId);
                outgoing.asker(packetId).ifPresent(sender -> sender.tell(payload));
            }
            case CLIENT_NOTIFICATION -> tellAll(payload);
            default -> told(message, payload);
        }
    }

    private void answered(int packetId) {
        if (outgoing.isChange(packetId)) {
            reread.changed();
        }
    }

    /** Of what the device is. */
    private void told(FromRadio message, ByteString payload) {
        DeviceImage current = device;
        if (reading != null) {
            reading.take(message, payload);
        } else if (current != null && reread.isReading()) {
            reread.take(message, payload).ifPresent(anew -> is(current.with(anew)));
        } else if (current != null && message.hasNodeInfo()) {
            NodeInfo node = (settings.allowSecrets() ? message : DeviceImage.Shown.of(payload)).getNodeInfo();
            NodeInfo before = current.nodes().get(node.getNum());
            device = current.with(node);
            if (before == null || !before.getUser().equals(node.getUser())) {
                changed(node.getNum());
            }
        }
    }

    /** What a radio repeats at each connection is news for nobody: clients have a longer one. */
    private boolean isReplayed(MeshPacket packet) {
        return device != null && Replays.contains(packet, NodeNumber.of(device.node()), begunAt);
    }

    /** A packet that the device heard or made. What it answers to itself is for the client that asked, and for nobody when none did. */
    void heard(MeshPacket packet, ByteString message) {
        int request = packet.getDecoded().getRequestId();
        boolean admin = packet.getDecoded().getPortNum() == Admission.ADMIN_PORT;
        boolean toItself = packet.getFrom() == packet.getTo() && request != 0;
        if (admin || toItself) {
            boolean orders = admin && settings.allowAdmin() && !settings.allowSecrets();
            ByteString shown =
                    orders ? DeviceImage.Shown.withPasskey(packet, message).toByteString() : shown(message);
            outgoing.asker(request).ifPresent(client -> client.tell(shown));
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
        ownKeys.changed(node);
        changes.add(node);
    }

    void tick(long now) {
        if (device != null && tables.isReady()) {
            clients.stream()
                    .filter(client -> client.phase() == ClientSession.Phase.WAITING)
                    .forEach(this::configure);
            changes.take(nodes(device)).forEach(message -> eachConfigured(client -> client.tell(message)));
        }
        outgoing.run(now);
        reread.tick(now, outgoing::askForConfig);
        boolean roomAgain = room.rose(now);
        for (ClientSession client : clients) {
            client.tick(now);
            boolean asked = client.phase() != ClientSession.Phase.NEW;
            if ((asked && roomAgain) || client.needsSign(now)) {
                client.tell(room.status());
            }
        }
    }

    private void eachConfigured(Consumer<ClientSession> what) {
        clients.stream()
                .filter(client -> client.phase() == ClientSession.Phase.CONFIGURED)
                .forEach(what);
    }

    private long seconds() {
        return clock.instant().getEpochSecond();
    }
}
