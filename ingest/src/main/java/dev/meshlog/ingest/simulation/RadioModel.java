package dev.meshlog.ingest.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A radio as its client and the air see it, in virtual time. Its one loop reads the line, hands every packet to the router, and lets the client read:
 * while the router works, packets pile up, and of more than {@link RadioLimits#inbound} at once the oldest are lost without a word.
 *
 * <p>It starts anew when it is told to and when its node list overruns; the client sees a closed line, its packets of that time are gone, the list stays.
 *
 * <p>Not for several threads. Times are nanoseconds that never go back.
 */
public final class RadioModel {
    private static final int NODEINFO = 4;
    private static final int ADMIN = 6;
    private static final int BROADCAST = -1;
    /** Client packets whose ids are remembered: one of them again is ignored, and never acknowledged. */
    private static final int REMEMBERED_IDS = 20;

    private final long own;
    private final RadioLimits limits;
    private final NodeDb nodes;
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final Deque<MeshPacket> inbound = new ArrayDeque<>();
    private final Deque<FromRadio> statuses = new ArrayDeque<>();
    private final Deque<Integer> remembered = new ArrayDeque<>();
    private final List<Said> said = new ArrayList<>();
    private final List<Transmitted> transmitted = new ArrayList<>();
    private final Traffic traffic = new Traffic();
    private int starts = 1;
    private int crashes;
    private int nextId = 0x5000_0000;
    private boolean connected;
    private long freeAt;
    private long awayUntil;

    public RadioModel(long own, RadioLimits limits) {
        this.own = own;
        this.limits = limits;
        this.nodes = new NodeDb(own, limits.nodes());
    }

    /** Something that came to the radio: from the client, or from the air when {@code said} is null. */
    private record Arrival(long at, @Nullable ToRadio said, MeshPacket heard) {}

    /**
     * A packet of the client that went on the air.
     *
     * @param keyHeld whether the radio had the key of the receiver then
     */
    public record Transmitted(MeshPacket packet, boolean keyHeld) {}

    /** What the radio says, and when. */
    public record Said(long at, FromRadio message) {}

    public long own() {
        return own;
    }

    /** Its list; changed here, nobody is told. */
    public NodeDb nodes() {
        return nodes;
    }

    public int crashes() {
        return crashes;
    }

    public boolean isConnected() {
        return connected;
    }

    public Traffic traffic() {
        return traffic;
    }

    /** What the client let it send to others, oldest first. */
    public List<Transmitted> transmitted() {
        return List.copyOf(transmitted);
    }

    /**
     * A client is there; whoever was there before is not any more.
     *
     * @return false: the radio is starting and takes nobody
     */
    public boolean connect(long now) {
        run(now).clear();
        if (now < awayUntil) {
            return false;
        }
        forgetClient();
        connected = true;
        return true;
    }

    public void disconnect() {
        forgetClient();
    }

    public void receive(ToRadio message, long now) {
        traffic.count(message);
        if (connected) {
            arrivals.add(new Arrival(now, message, MeshPacket.getDefaultInstance()));
        }
    }

    /**
     * From the air. A direct message comes as the sender wrote it, with {@code pki_encrypted} and the sender's key: the client gets it like that when the
     * radio has the key, and encrypted otherwise.
     */
    public void hear(MeshPacket packet, long now) {
        arrivals.add(new Arrival(now, null, packet));
    }

    /** As when its power fails for a moment. */
    public void restart(long now) {
        run(now).clear();
        startAnew(now);
    }

    /**
     * Lets it work until then.
     *
     * @return what it has said by then and was not handed over yet
     */
    public List<Said> run(long now) {
        while (!arrivals.isEmpty()) {
            long begin = Math.max(freeAt, polled(arrivals.element().at));
            if (begin > now) {
                break;
            }
            turn(begin);
        }
        var due = new ArrayList<Said>();
        while (!said.isEmpty() && said.get(0).at <= now) {
            due.add(said.remove(0));
        }
        return due;
    }

    /** An idle loop looks at the line at times that are multiples of its period. */
    private long polled(long at) {
        long period = limits.poll().toNanos();
        return Math.floorDiv(at + period - 1, period) * period;
    }

    private void turn(long begin) {
        var answers = new ArrayList<FromRadio>();
        while (!arrivals.isEmpty() && arrivals.element().at <= begin) {
            Arrival next = arrivals.remove();
            if (next.said == null) {
                enqueue(next.heard);
            } else if (connected) {
                take(next.said, answers);
            }
        }
        long end = begin;
        try {
            while (!inbound.isEmpty()) {
                end += route(inbound.remove(), answers).toNanos();
            }
        } catch (NodeDb.OverrunException e) {
            crashes++;
            startAnew(begin);
            return;
        }
        freeAt = end;
        if (connected) {
            statuses.forEach(each -> sayAt(freeAt, each));
            answers.forEach(each -> sayAt(freeAt, each));
        }
        statuses.clear();
    }

    private void take(ToRadio message, List<FromRadio> answers) {
        switch (message.getPayloadVariantCase()) {
            case WANT_CONFIG_ID -> answers.addAll(SimulatedWords.config(own, starts, nodes, message.getWantConfigId()));
            case HEARTBEAT -> status(0);
            case DISCONNECT -> forgetClient();
            case PACKET -> {
                MeshPacket packet = message.getPacket();
                if (remembered.contains(packet.getId())) {
                    return;
                }
                remembered.add(packet.getId());
                if (remembered.size() > REMEMBERED_IDS) {
                    remembered.remove();
                }
                status(packet.getId());
                if (NodeNumber.of(packet.getTo()) == own) {
                    enqueue(packet.toBuilder().setFrom((int) own).build());
                } else {
                    transmitted.add(new Transmitted(
                            packet, !nodes.key(NodeNumber.of(packet.getTo())).isEmpty()));
                    if (packet.getTo() == BROADCAST && packet.getWantAck()) {
                        // Somebody passed it on: that is all the acknowledgement that a broadcast gets.
                        answers.add(SimulatedWords.acknowledgement(own, nextId++, packet.getId()));
                    }
                }
            }
            default -> {
                // Of no interest to a simulated radio.
            }
        }
    }

    private void enqueue(MeshPacket packet) {
        if (inbound.size() == limits.inbound()) {
            inbound.remove();
            traffic.overrun();
        }
        inbound.add(packet);
    }

    private void status(int packetId) {
        if (statuses.size() == limits.statuses()) {
            statuses.remove();
        }
        statuses.add(SimulatedWords.queueStatus(packetId));
    }

    private Duration route(MeshPacket packet, List<FromRadio> answers) {
        long from = NodeNumber.of(packet.getFrom());
        Data data = packet.getDecoded();
        try {
            if (from == own) {
                boolean stored = false;
                if (data.getPortNum() == ADMIN) {
                    stored = nodes.administrate(AdminMessage.parseFrom(data.getPayload()));
                }
                if (packet.getWantAck()) {
                    answers.add(SimulatedWords.acknowledgement(own, nextId++, packet.getId()));
                }
                return stored ? limits.store() : limits.hear();
            }
            nodes.heard(from, packet.getRxTime());
            if (packet.hasDecoded() && data.getPortNum() == NODEINFO) {
                nodes.introduced(from, User.parseFrom(data.getPayload()));
            }
        } catch (InvalidProtocolBufferException e) {
            // The firmware throws such a payload away too.
            return limits.hear();
        }
        answers.add(FromRadio.newBuilder()
                .setId(nextId++)
                .setPacket(packet.getPkiEncrypted() ? opened(packet) : packet)
                .build());
        return limits.hear();
    }

    private MeshPacket opened(MeshPacket direct) {
        if (nodes.key(NodeNumber.of(direct.getFrom())).equals(direct.getPublicKey())) {
            return direct;
        }
        return direct.toBuilder()
                .setEncrypted(direct.getDecoded().toByteString())
                .clearPkiEncrypted()
                .clearPublicKey()
                .build();
    }

    private void sayAt(long at, FromRadio message) {
        said.add(new Said(at, message));
    }

    private void startAnew(long now) {
        starts++;
        forgetClient();
        arrivals.clear();
        inbound.clear();
        remembered.clear();
        freeAt = now + limits.restart().toNanos();
        awayUntil = freeAt;
    }

    private void forgetClient() {
        connected = false;
        statuses.clear();
        said.clear();
        arrivals.removeIf(each -> each.said != null);
    }
}
