package dev.meshlog.schemas.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.Buffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro data as plain JSON: fields in the order of the schema, a union as the value that is there, enums by name, bytes in hex or, where what is in
 * them is known and really is in them, as that.
 */
record AvroPart(Schema schema, Object datum) implements Part {
    @Override
    public void writeTo(JsonGenerator out) throws IOException {
        write(out, schema, datum, null, null);
    }

    private static void write(
            JsonGenerator out,
            Schema schema,
            @Nullable Object datum,
            @Nullable GenericRecord owner,
            @Nullable Content content)
            throws IOException {
        if (datum == null) {
            out.writeNull();
            return;
        }
        switch (schema.getType()) {
            case RECORD -> writeRecord(out, (GenericRecord) datum);
            case ARRAY -> {
                out.writeStartArray();
                for (Object item : (Collection<?>) datum) {
                    write(out, schema.getElementType(), item, owner, content);
                }
                out.writeEndArray();
            }
            case MAP -> writeMap(out, schema.getValueType(), (Map<?, ?>) datum);
            case UNION -> {
                int branch = GenericData.get().resolveUnion(schema, datum);
                write(out, schema.getTypes().get(branch), datum, owner, content);
            }
            case BYTES -> writeBytes(out, Buffers.array((ByteBuffer) datum), owner, content);
            case FIXED -> writeBytes(out, ((GenericFixed) datum).bytes(), owner, content);
            case STRING, ENUM -> out.writeString(datum.toString());
            case INT -> out.writeNumber((Integer) datum);
            case LONG -> out.writeNumber((Long) datum);
            case FLOAT -> out.writeNumber((Float) datum);
            case DOUBLE -> out.writeNumber((Double) datum);
            case BOOLEAN -> out.writeBoolean((Boolean) datum);
            case NULL -> out.writeNull();
        }
    }

    private static void writeRecord(JsonGenerator out, GenericRecord fields) throws IOException {
        out.writeStartObject();
        for (Schema.Field field : fields.getSchema().getFields()) {
            out.writeFieldName(field.name());
            write(out, field.schema(), fields.get(field.pos()), fields, Contents.of(field, fields.getSchema()));
        }
        out.writeEndObject();
    }

    /** In the order of the keys: Avro's maps have none. */
    private static void writeMap(JsonGenerator out, Schema values, Map<?, ?> map) throws IOException {
        var sorted = new TreeMap<String, @Nullable Object>();
        map.forEach((key, value) -> sorted.put(key.toString(), value));
        out.writeStartObject();
        for (Map.Entry<String, @Nullable Object> entry : sorted.entrySet()) {
            out.writeFieldName(entry.getKey());
            write(out, values, entry.getValue(), null, null);
        }
        out.writeEndObject();
    }

    private static void writeBytes(
            JsonGenerator out, byte[] bytes, @Nullable GenericRecord owner, @Nullable Content content)
            throws IOException {
        Part part = owner == null || content == null ? null : read(bytes, owner, content);
        if (part == null) {
            HexText.write(out, bytes);
        } else {
            part.writeTo(out);
        }
    }

    /** Null for what is not what it should be: the bytes are shown instead, whatever is wrong with them. */
    private static @Nullable Part read(byte[] bytes, GenericRecord owner, Content content) {
        try {
            return content.read(bytes, owner);
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            return null;
        }
    }
}
