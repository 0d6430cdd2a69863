package dev.meshlog.schemas.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.meshlog.schemas.meshtastic.MapReport;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.Telemetry;
import dev.meshlog.schemas.meshtastic.User;
import org.jspecify.annotations.Nullable;

/** What is sent to the ports of the device protocol that we read. */
final class Ports {
    private static final int TEXT = 1;
    private static final int POSITION = 3;
    private static final int NODEINFO = 4;
    private static final int TELEMETRY = 67;
    private static final int MAP_REPORT = 73;

    private Ports() {}

    /** An object whose one field says what it is; null for a port that we do not read. */
    static @Nullable Part read(int port, byte[] payload) throws InvalidProtocolBufferException {
        return switch (port) {
            case TEXT -> text(payload);
            case POSITION -> named("position", Position.parseFrom(payload));
            case NODEINFO -> named("user", User.parseFrom(payload));
            case TELEMETRY -> named("telemetry", Telemetry.parseFrom(payload));
            case MAP_REPORT -> named("map_report", MapReport.parseFrom(payload));
            default -> null;
        };
    }

    private static @Nullable Part text(byte[] payload) {
        ByteString bytes = ByteString.copyFrom(payload);
        if (!bytes.isValidUtf8()) {
            return null;
        }
        return out -> {
            out.writeStartObject();
            out.writeStringField("text", bytes.toStringUtf8());
            out.writeEndObject();
        };
    }

    private static Part named(String name, Message message) {
        return out -> {
            out.writeStartObject();
            out.writeFieldName(name);
            new ProtobufPart(message).writeTo(out);
            out.writeEndObject();
        };
    }
}
