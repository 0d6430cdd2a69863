package dev.meshlog.schemas.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MqttClientProxyMessage;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A message of a radio: the fields that are set, in the order of their numbers and under the names of our schema; those that the schema lacks under
 * their numbers, each as the list of its values.
 */
record ProtobufPart(Message message) implements Part {
    /** Texts that our schema has as bytes, because what comes over the air is not always UTF-8. */
    static final Set<String> TEXTS = Set.of(
            "User.id",
            "User.long_name",
            "User.short_name",
            "MyNodeInfo.pio_env",
            "DeviceMetadata.firmware_version",
            "MapReport.long_name",
            "MapReport.short_name",
            "MapReport.firmware_version",
            "ServiceEnvelope.channel_id",
            "ServiceEnvelope.gateway_id",
            "MqttClientProxyMessage.topic",
            "ChannelSettings.name",
            "NetworkConfig.wifi_ssid",
            "MqttConfig.address");

    @Override
    public void writeTo(JsonGenerator out) throws IOException {
        out.writeStartObject();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            out.writeFieldName(field.getName());
            if (field.isRepeated()) {
                out.writeStartArray();
                for (Object item : (List<?>) entry.getValue()) {
                    write(out, field, item);
                }
                out.writeEndArray();
            } else {
                write(out, field, entry.getValue());
            }
        }
        writeUnknown(out, message.getUnknownFields());
        out.writeEndObject();
    }

    private void write(JsonGenerator out, FieldDescriptor field, Object value) throws IOException {
        switch (field.getType()) {
            case MESSAGE, GROUP -> new ProtobufPart((Message) value).writeTo(out);
            case BYTES -> writeBytes(out, field, (ByteString) value);
            case UINT32, FIXED32 -> out.writeNumber(Integer.toUnsignedLong((Integer) value));
            case INT32, SINT32, SFIXED32 -> out.writeNumber((Integer) value);
            case INT64, SINT64, SFIXED64 -> out.writeNumber((Long) value);
            case UINT64, FIXED64 -> out.writeNumber(Long.toUnsignedString((Long) value));
            case FLOAT -> out.writeNumber((Float) value);
            case DOUBLE -> out.writeNumber((Double) value);
            case BOOL -> out.writeBoolean((Boolean) value);
            case STRING, ENUM -> out.writeString(value.toString());
        }
    }

    private void writeBytes(JsonGenerator out, FieldDescriptor field, ByteString bytes) throws IOException {
        if (TEXTS.contains(field.getContainingType().getName() + "." + field.getName())) {
            out.writeString(bytes.toStringUtf8());
            return;
        }
        Part part;
        try {
            part = inside(field, bytes);
        } catch (InvalidProtocolBufferException e) {
            part = null;
        }
        if (part == null) {
            HexText.write(out, bytes.toByteArray());
        } else {
            part.writeTo(out);
        }
    }

    private @Nullable Part inside(FieldDescriptor field, ByteString bytes) throws InvalidProtocolBufferException {
        if (message instanceof Data data && field.getNumber() == Data.PAYLOAD_FIELD_NUMBER) {
            return Ports.read(data.getPortNum(), bytes.toByteArray());
        }
        if (message instanceof MqttClientProxyMessage
                && field.getNumber() == MqttClientProxyMessage.DATA_FIELD_NUMBER) {
            return new ProtobufPart(ServiceEnvelope.parseFrom(bytes));
        }
        return null;
    }

    private static void writeUnknown(JsonGenerator out, UnknownFieldSet fields) throws IOException {
        for (Map.Entry<Integer, UnknownFieldSet.Field> entry : fields.asMap().entrySet()) {
            UnknownFieldSet.Field field = entry.getValue();
            out.writeArrayFieldStart(entry.getKey().toString());
            for (long value : field.getVarintList()) {
                out.writeNumber(Long.toUnsignedString(value));
            }
            for (int value : field.getFixed32List()) {
                out.writeNumber(Integer.toUnsignedLong(value));
            }
            for (long value : field.getFixed64List()) {
                out.writeNumber(Long.toUnsignedString(value));
            }
            for (ByteString value : field.getLengthDelimitedList()) {
                HexText.write(out, value.toByteArray());
            }
            for (UnknownFieldSet group : field.getGroupList()) {
                out.writeStartObject();
                writeUnknown(out, group);
                out.writeEndObject();
            }
            out.writeEndArray();
        }
    }
}
