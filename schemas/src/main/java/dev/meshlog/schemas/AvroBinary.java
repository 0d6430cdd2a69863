package dev.meshlog.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Bare Avro binary of one record type, without a header: for bytes that are hashed or signed. Decoding works on a byte array, so
 * that a length claim beyond the array fails before anything is allocated, and refuses bytes behind the record.
 *
 * <p>Any thread may use an instance.
 */
public final class AvroBinary<T extends SpecificRecordBase> {
    static {
        RecordPackages.allow();
    }

    // Its buffer is larger than most records. What a failed record left in it, the next one throws away.
    private static final ThreadLocal<@Nullable BinaryEncoder> ENCODER = new ThreadLocal<>();

    private final Schema schema;
    private final SpecificData model;
    private final SpecificDatumWriter<T> writer;

    // Making a reader resolves the schemas against each other, which takes longer than reading a small record. The
    // writer seldom changes.
    private final ThreadLocal<Reader<T>> lastReader;

    public AvroBinary(Schema schema) {
        this.schema = schema;
        this.model = SpecificData.getForSchema(schema);
        this.writer = new SpecificDatumWriter<>(schema, model);
        this.lastReader = ThreadLocal.withInitial(() -> reader(schema));
    }

    private record Reader<T>(Schema writer, SpecificDatumReader<T> datums) {}

    public byte[] encode(T record) {
        var out = new ByteArrayOutputStream(256);
        encode(record, out);
        return out.toByteArray();
    }

    void encode(T record, ByteArrayOutputStream out) {
        try {
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, ENCODER.get());
            ENCODER.set(encoder);
            writer.write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    /** @throws MalformedRecordException when the bytes are not exactly one record */
    public T decode(byte[] bytes) {
        return decode(bytes, 0, schema);
    }

    T decode(byte[] bytes, int offset, Schema writtenWith) {
        Reader<T> reader = lastReader.get();
        if (!reader.writer().equals(writtenWith)) {
            reader = reader(writtenWith);
            lastReader.set(reader);
        }
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, null);
        T record;
        try {
            record = reader.datums().read(null, decoder);
            if (!decoder.isEnd()) {
                throw new MalformedRecordException("bytes left over behind a " + schema.getName());
            }
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | UnsupportedOperationException e) {
            throw new MalformedRecordException(
                    "not a " + schema.getName() + ": " + e.getClass().getSimpleName(), e);
        }
        return record;
    }

    private Reader<T> reader(Schema writtenWith) {
        return new Reader<>(writtenWith, new SpecificDatumReader<>(writtenWith, schema, model));
    }
}
