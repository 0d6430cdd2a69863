package dev.meshlog.schemas.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.meshlog.schemas.AnyRecord;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON, one line each. A value is shown as its writer wrote it, whatever version that was; one that can't be decoded is an object of
 * {@code error}, {@code length} and {@code hex}, the first 1,024 bytes, and never an exception. One thread at a time.
 */
public final class RecordJson {
    private static final int UNDECODED_BYTES = 1_024;
    private static final String TOMBSTONE = "null";

    private final JsonFactory json =
            new JsonFactoryBuilder().characterEscapes(new TerminalEscapes()).build();
    private final WriterSchemas writers;

    /** @param cluster whose {@code meshlog.schemas} knows the schemas that this build does not; null: those stay unknown */
    public RecordJson(@Nullable Cluster cluster) {
        writers = new WriterSchemas(cluster);
    }

    /** A key as text; bytes that are none as {@code 0x} and hex. */
    public static String key(byte[] key) {
        return PlainText.of(key);
    }

    /** The value alone; {@code null} for a tombstone. */
    public String value(String topic, byte @Nullable [] value) {
        if (value == null) {
            return TOMBSTONE;
        }
        try {
            return text(decode(topic, value));
        } catch (RuntimeException e) {
            return text(undecoded(e, value));
        }
    }

    /** The whole record: topic, partition, offset, timestamp (ms since 1970), key, headers if there are any, value. */
    public String record(ConsumerRecord<byte @Nullable [], byte @Nullable []> rec) {
        String value = value(rec.topic(), rec.value());
        return text(out -> {
            out.writeStartObject();
            out.writeStringField("topic", rec.topic());
            out.writeNumberField("partition", rec.partition());
            out.writeNumberField("offset", rec.offset());
            out.writeNumberField("timestamp", rec.timestamp());
            out.writeStringField("key", rec.key() == null ? null : PlainText.of(rec.key()));
            if (rec.headers().iterator().hasNext()) {
                out.writeArrayFieldStart("headers");
                for (Header header : rec.headers()) {
                    out.writeStartObject();
                    out.writeStringField(header.key(), header.value() == null ? null : PlainText.of(header.value()));
                    out.writeEndObject();
                }
                out.writeEndArray();
            }
            out.writeFieldName("value");
            out.writeRawValue(value);
            out.writeEndObject();
        });
    }

    private Part decode(String topic, byte[] value) {
        if (topic.equals(Topics.SCHEMAS.name())) {
            return out -> copy(value, out);
        }
        Schema writer = writers.of(SingleObject.fingerprint(value));
        return new AvroPart(writer, AnyRecord.decodeSingleObject(value, writer));
    }

    private void copy(byte[] value, JsonGenerator out) throws IOException {
        try (JsonParser parser = json.createParser(value)) {
            if (parser.nextToken() == null) {
                throw new MalformedRecordException("no JSON text");
            }
            out.copyCurrentStructure(parser);
            if (parser.nextToken() != null) {
                throw new MalformedRecordException("text left over behind the JSON");
            }
        } catch (JsonProcessingException e) {
            throw new MalformedRecordException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Part undecoded(RuntimeException why, byte[] value) {
        String reason = why instanceof MalformedRecordException ? why.getMessage() : why.toString();
        return out -> {
            out.writeStartObject();
            out.writeStringField("error", reason);
            HexText.writeBeginning(out, value, UNDECODED_BYTES);
            out.writeEndObject();
        };
    }

    private String text(Part part) {
        var text = new StringWriter();
        try (JsonGenerator out = json.createGenerator(text)) {
            part.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return text.toString();
    }
}
