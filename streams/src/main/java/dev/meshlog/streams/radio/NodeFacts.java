package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.MapReport;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.Telemetry;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.RadioPacket;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one observation says of a node, whatever it was. A field that is not set was not said.
 *
 * @param isPacket whether this is a packet that was not counted before
 * @param isListing whether a radio has the node in its own list
 * @param heardAt when the node was last heard; null when nobody says
 */
record NodeFacts(
        User user,
        Position position,
        DeviceMetrics metrics,
        boolean isPacket,
        boolean isListing,
        @Nullable Instant heardAt,
        @Nullable Float snr,
        @Nullable Integer hopsAway,
        @Nullable Boolean viaMqtt) {
    private static final int POSITION_PORT = 3;
    private static final int NODEINFO_PORT = 4;
    private static final int TELEMETRY_PORT = 67;
    private static final int MAP_REPORT_PORT = 73;

    /** @throws InvalidProtocolBufferException when the payload is not what the port says */
    static NodeFacts ofContent(RadioPacket packet) throws InvalidProtocolBufferException {
        ByteString payload = packet.getPayload() == null
                ? ByteString.EMPTY
                : ByteString.copyFrom(packet.getPayload().duplicate());
        int port = Objects.requireNonNullElse(packet.getPortNum(), 0);
        User user = port == NODEINFO_PORT ? User.parseFrom(payload) : User.getDefaultInstance();
        Position position = port == POSITION_PORT ? Position.parseFrom(payload) : Position.getDefaultInstance();
        DeviceMetrics metrics = port == TELEMETRY_PORT
                ? Telemetry.parseFrom(payload).getDeviceMetrics()
                : DeviceMetrics.getDefaultInstance();
        if (port == MAP_REPORT_PORT) {
            MapReport report = MapReport.parseFrom(payload);
            user = user(report);
            position = position(report);
        }
        return ofPacket(packet, user, position, metrics);
    }

    /** Only that the node was heard. */
    static NodeFacts ofHeader(RadioPacket packet) {
        return ofPacket(
                packet, User.getDefaultInstance(), Position.getDefaultInstance(), DeviceMetrics.getDefaultInstance());
    }

    /** The same of a packet that was counted before. */
    NodeFacts again() {
        return new NodeFacts(user, position, metrics, false, isListing, heardAt, snr, hopsAway, viaMqtt);
    }

    static NodeFacts of(NodeInfo info) {
        return new NodeFacts(
                info.getUser(),
                info.getPosition(),
                info.getDeviceMetrics(),
                false,
                true,
                info.getLastHeard() == 0 ? null : Instant.ofEpochSecond(Integer.toUnsignedLong(info.getLastHeard())),
                info.hasSnr() ? info.getSnr() : null,
                info.hasHopsAway() ? info.getHopsAway() : null,
                info.hasViaMqtt() ? info.getViaMqtt() : null);
    }

    private static NodeFacts ofPacket(RadioPacket packet, User user, Position position, DeviceMetrics metrics) {
        Integer start = packet.getHopStart();
        Integer limit = packet.getHopLimit();
        boolean plausible = start != null && limit != null && limit <= start;
        return new NodeFacts(
                user,
                position,
                metrics,
                true,
                false,
                heardAt(packet),
                packet.getReception().getSnr(),
                plausible ? Integer.valueOf(start - limit) : null,
                packet.getViaMqtt());
    }

    /** The receiver's time, unless its clock is ahead of ours or was never set. */
    private static Instant heardAt(RadioPacket packet) {
        Instant received = packet.getReception().getReceivedAtMs();
        Long rxTime = packet.getRxTime();
        Instant heard = rxTime == null ? received : Instant.ofEpochSecond(rxTime);
        return heard.isAfter(received) ? received : heard;
    }

    private static User user(MapReport report) {
        User.Builder user = User.newBuilder().setLongName(report.getLongName()).setShortName(report.getShortName());
        if (report.hasHardwareModel()) {
            user.setHardwareModel(report.getHardwareModel());
        }
        if (report.hasRole()) {
            user.setRole(report.getRole());
        }
        return user.build();
    }

    private static Position position(MapReport report) {
        Position.Builder position = Position.newBuilder();
        if (report.hasLatitudeI() && report.hasLongitudeI()) {
            position.setLatitudeI(report.getLatitudeI()).setLongitudeI(report.getLongitudeI());
        }
        if (report.hasAltitude()) {
            position.setAltitude(report.getAltitude());
        }
        if (report.hasPositionPrecision()) {
            position.setPrecisionBits(report.getPositionPrecision());
        }
        return position.build();
    }
}
