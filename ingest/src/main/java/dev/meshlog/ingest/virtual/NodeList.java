package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.FirmwareUser;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.NodeDeviceMetrics;
import dev.meshlog.schemas.radio.NodePosition;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that clients are told: the device's list and the tables together, as they are now. Names and keys are the tables', for they outlive
 * the device's; signal, hops and the marks that a person made are the device's. A key of one of our radios is never shown as another
 * node's: whoever claims it is shown without a key.
 */
final class NodeList {
    /** So many digits of its number are a node's short name when it has none. */
    private static final int DIGITS = 4;

    private final DeviceImage device;
    private final MeshTables tables;
    private final OwnKeys ownKeys;

    NodeList(DeviceImage device, MeshTables tables, OwnKeys ownKeys) {
        this.device = device;
        this.tables = tables;
        this.ownKeys = ownKeys;
    }

    NodeInfo own() {
        return of(device.node()).orElseThrow(() -> new IllegalStateException("the own node is always there"));
    }

    /** All but the own one: first those of the device, in its order. Numbers alone: there may be many, and each client has its own list. */
    int[] others() {
        Map<Integer, NodeInfo> listed = device.nodes();
        IntStream more = tables.entries().stream()
                .mapToInt(entry -> (int) entry.node())
                .filter(number -> !listed.containsKey(number));
        return IntStream.concat(listed.keySet().stream().mapToInt(Integer::intValue), more)
                .filter(number -> number != device.node())
                .toArray();
    }

    /** Empty when nobody knows such a node. */
    Optional<NodeInfo> of(int number) {
        NodeInfo listed = device.nodes().get(number);
        MeshTables.Entry entry = tables.entry(NodeNumber.of(number)).orElse(null);
        if (listed == null && entry == null && number != device.node()) {
            return Optional.empty();
        }
        NodeInfo.Builder info = listed == null ? NodeInfo.newBuilder().setNum(number) : listed.toBuilder();
        RadioNode facts = entry == null ? null : entry.facts();
        if (facts != null) {
            addFacts(info, facts);
        }
        user(info, facts, entry == null ? null : entry.key());
        return Optional.of(info.build());
    }

    /** The device's list is as old as its session. What the tables have heard of a node since then is newer. */
    private static void addFacts(NodeInfo.Builder info, RadioNode facts) {
        long listed = Integer.toUnsignedLong(info.getLastHeard());
        Instant heard = facts.getLastHeardMs();
        boolean newer = heard != null && heard.getEpochSecond() > listed;
        NodePosition position = facts.getPosition();
        if (position != null && (!info.hasPosition() || isNewer(position, info.getPosition(), newer))) {
            info.setPosition(position(position));
        }
        NodeDeviceMetrics metrics = facts.getDeviceMetrics();
        if (metrics != null && (newer || !info.hasDeviceMetrics())) {
            info.setDeviceMetrics(metrics(metrics));
        }
        if (facts.getSnr() != null && (newer || !info.hasSnr())) {
            info.setSnr(facts.getSnr());
        }
        if (facts.getHopsAway() != null && (newer || !info.hasHopsAway())) {
            info.setHopsAway(facts.getHopsAway());
        }
        if (facts.getViaMqtt() != null && (newer || !info.hasViaMqtt())) {
            info.setViaMqtt(facts.getViaMqtt());
        }
        if (newer) {
            info.setLastHeard((int) heard.getEpochSecond());
        }
    }

    private static boolean isNewer(NodePosition known, Position listed, boolean heardLater) {
        Long time = known.getTime();
        long listedTime = Integer.toUnsignedLong(listed.getTime());
        boolean timed = time != null && time != 0 && listedTime != 0;
        return timed ? time > listedTime : heardLater;
    }

    /** A node without a name gets the one that the firmware would invent: some clients expect a name beside a key. */
    private void user(NodeInfo.Builder info, @Nullable RadioNode facts, @Nullable PublicKeyEntry pinned) {
        User.Builder user = info.getUser().toBuilder();
        String text = NodeNumber.text(NodeNumber.of(info.getNum()));
        String last = text.substring(text.length() - DIGITS);
        user.setId(ByteString.copyFromUtf8(text));
        String longName = name(facts == null ? null : facts.getLongName(), user.getLongName());
        String shortName = name(facts == null ? null : facts.getShortName(), user.getShortName());
        user.setLongName(FirmwareUser.longName(longName.isEmpty() ? "Meshtastic " + last : longName));
        user.setShortName(FirmwareUser.shortName(shortName.isEmpty() ? last : shortName));
        if (facts != null) {
            FirmwareUser.add(facts, user);
        }
        if (pinned != null) {
            user.setPublicKey(bytes(pinned.getKey()));
        }
        if (ownKeys.isAnothers(user.getPublicKey(), info.getNum(), device)) {
            user.clearPublicKey();
        }
        info.setUser(user);
    }

    private static String name(@Nullable String known, ByteString listed) {
        return known == null || known.isEmpty() ? listed.toStringUtf8() : known;
    }

    private static Position position(NodePosition known) {
        var position = Position.newBuilder().setLatitudeI(known.getLatitudeI()).setLongitudeI(known.getLongitudeI());
        if (known.getAltitude() != null) {
            position.setAltitude(known.getAltitude());
        }
        if (known.getTime() != null) {
            position.setTime(known.getTime().intValue());
        }
        if (known.getPrecisionBits() != null) {
            position.setPrecisionBits(known.getPrecisionBits());
        }
        return position.build();
    }

    private static DeviceMetrics metrics(NodeDeviceMetrics known) {
        var metrics = DeviceMetrics.newBuilder();
        if (known.getBatteryLevel() != null) {
            metrics.setBatteryLevel(known.getBatteryLevel().intValue());
        }
        if (known.getVoltage() != null) {
            metrics.setVoltage(known.getVoltage());
        }
        if (known.getChannelUtilization() != null) {
            metrics.setChannelUtilization(known.getChannelUtilization());
        }
        if (known.getAirUtilTx() != null) {
            metrics.setAirUtilTx(known.getAirUtilTx());
        }
        if (known.getUptimeSeconds() != null) {
            metrics.setUptimeSeconds(known.getUptimeSeconds().intValue());
        }
        return metrics.build();
    }

    private static ByteString bytes(Bytes32 key) {
        return ByteString.copyFrom(key.bytes());
    }
}
