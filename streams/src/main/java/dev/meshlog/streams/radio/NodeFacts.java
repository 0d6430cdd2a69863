package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.MapReport;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.Telemetry;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.NodeTelemetry;
import dev.meshlog.schemas.radio.RadioPacket;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one observation says of a node, whatever it was. A field that is not set was not said. */
record NodeFacts(Content content, Heard heard, Origin origin) {
    private static final int POSITION_PORT = 3;
    private static final int NODEINFO_PORT = 4;
    private static final int TELEMETRY_PORT = 67;
    private static final int MAP_REPORT_PORT = 73;

    /** Many times what a radio stores of a name; who sends more, wants to fill tables. */
    private static final int LONGEST_NAME = 80;

    /** How it was learned. */
    enum Origin {
        /** A packet that was not counted before. */
        PACKET,
        /** One that was, in a form that could not be read. */
        PACKET_AGAIN,
        /** A radio has it stored. */
        LISTING,
        /** The operator brought it. */
        IMPORT
    }

    /** What a node says of itself. */
    record Content(
            User user,
            Position position,
            DeviceMetrics metrics,
            @Nullable NodeTelemetry telemetry,
            @Nullable String firmwareVersion) {
        static final Content NONE = new Content(
                User.getDefaultInstance(),
                Position.getDefaultInstance(),
                DeviceMetrics.getDefaultInstance(),
                null,
                null);
    }

    /**
     * How the node was heard.
     *
     * @param at when that was last; null when nobody says
     */
    record Heard(
            @Nullable Instant at,
            @Nullable Float snr,
            @Nullable Integer hopsAway,
            @Nullable Boolean viaMqtt) {}

    /** @throws InvalidProtocolBufferException when the payload is not what the port says */
    static Content content(RadioPacket packet) throws InvalidProtocolBufferException {
        Content none = Content.NONE;
        if (packet.getPayload() == null) {
            return none;
        }
        ByteString payload = ByteString.copyFrom(packet.getPayload().duplicate());
        return switch (Objects.requireNonNullElse(packet.getPortNum(), 0)) {
            case POSITION_PORT -> new Content(none.user(), Position.parseFrom(payload), none.metrics(), null, null);
            case NODEINFO_PORT -> new Content(User.parseFrom(payload), none.position(), none.metrics(), null, null);
            case TELEMETRY_PORT -> telemetry(Telemetry.parseFrom(payload), payload, packet);
            case MAP_REPORT_PORT -> map(MapReport.parseFrom(payload));
            default -> none;
        };
    }

    /** The key that a packet brings; empty when it brings none or can't be decoded. */
    static ByteString publicKey(RadioPacket packet) {
        if (packet.getPayload() == null || !Objects.equals(packet.getPortNum(), NODEINFO_PORT)) {
            return ByteString.EMPTY;
        }
        try {
            return User.parseFrom(packet.getPayload().duplicate()).getPublicKey();
        } catch (InvalidProtocolBufferException e) {
            return ByteString.EMPTY;
        }
    }

    static NodeFacts of(RadioPacket packet, Content content, Origin origin) {
        Integer start = packet.getHopStart();
        Integer limit = packet.getHopLimit();
        boolean plausible = start != null && limit != null && limit <= start;
        var heard = new Heard(
                heardAt(packet),
                packet.getReception().getSnr(),
                plausible ? Integer.valueOf(start - limit) : null,
                packet.getViaMqtt());
        return new NodeFacts(content, heard, origin);
    }

    static NodeFacts of(NodeInfo info, NodeObservation observation) {
        var content = new Content(
                info.getUser(), info.getPosition(), info.getDeviceMetrics(), null, observation.getFirmwareVersion());
        var heard = new Heard(
                info.getLastHeard() == 0 ? null : Instant.ofEpochSecond(Integer.toUnsignedLong(info.getLastHeard())),
                info.hasSnr() ? info.getSnr() : null,
                info.hasHopsAway() ? info.getHopsAway() : null,
                info.hasViaMqtt() ? info.getViaMqtt() : null);
        return new NodeFacts(content, heard, observation.getImported() ? Origin.IMPORT : Origin.LISTING);
    }

    /** The receiver's time, unless its clock is ahead of ours or was never set. */
    private static Instant heardAt(RadioPacket packet) {
        Instant received = packet.getReception().getReceivedAtMs();
        Long rxTime = packet.getRxTime();
        Instant heard = rxTime == null ? received : Instant.ofEpochSecond(rxTime);
        return heard.isAfter(received) ? received : heard;
    }

    /** A kind that this program does not know is its number, and its bytes. */
    private static Content telemetry(Telemetry telemetry, ByteString payload, RadioPacket packet) {
        int kind = telemetry.getVariantCase().getNumber();
        if (kind == 0) {
            kind = telemetry.getUnknownFields().asMap().keySet().stream()
                    .filter(field -> field < Byte.MAX_VALUE)
                    .findFirst()
                    .orElse(0);
        }
        NodeTelemetry told = kind == 0
                ? null
                : new NodeTelemetry(
                        kind,
                        telemetry.getTime() == 0 ? null : Integer.toUnsignedLong(telemetry.getTime()),
                        packet.getReception().getReceivedAtMs(),
                        payload.asReadOnlyByteBuffer());
        return new Content(Content.NONE.user(), Content.NONE.position(), telemetry.getDeviceMetrics(), told, null);
    }

    private static Content map(MapReport report) {
        return new Content(
                user(report), position(report), Content.NONE.metrics(), null, name(report.getFirmwareVersion()));
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

    /** Without control characters; null when nothing is left. Bytes that are not UTF-8 become replacement characters. */
    static @Nullable String name(ByteString bytes) {
        StringBuilder name = new StringBuilder();
        bytes.toStringUtf8()
                .codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(LONGEST_NAME)
                .forEach(name::appendCodePoint);
        String plain = name.toString().strip();
        return plain.isEmpty() ? null : plain;
    }
}
