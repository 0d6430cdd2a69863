package dev.meshlog.schemas;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Avro single-object encoding of one record type: {@code C3 01}, the writer schema's fingerprint (8 bytes, little-endian), the body.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding">Avro specification</a>
 */
public final class SingleObject<T extends SpecificRecordBase> {
    static final int HEADER = 10;

    private final Schema schema;
    private final AvroBinary<T> binary;
    private final byte[] header;
    private final long fingerprint;
    private final SchemaStore writers;

    /** @param writers where the schemas of records written by other versions are looked up */
    public SingleObject(Schema schema, SchemaStore writers) {
        this.schema = schema;
        this.binary = new AvroBinary<>(schema);
        this.fingerprint = SchemaStore.fingerprint(schema);
        this.header = ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 0x01)
                .putLong(fingerprint)
                .array();
        this.writers = writers;
    }

    public Schema schema() {
        return schema;
    }

    public byte[] encode(T record) {
        var out = new ByteArrayOutputStream(256);
        out.write(header, 0, HEADER);
        binary.encode(record, out);
        return out.toByteArray();
    }

    /**
     * @throws UnknownSchemaException when the writer schema is not known (it may be once {@code meshlog.schemas} has been read)
     * @throws MalformedRecordException when the bytes are not exactly one record of that schema
     */
    public T decode(byte[] bytes) {
        long writer = fingerprint(bytes);
        Schema writerSchema = writer == fingerprint
                ? schema
                : writers.find(writer).orElseThrow(() -> new UnknownSchemaException(writer));
        return binary.decode(bytes, HEADER, writerSchema);
    }

    /** The writer schema's fingerprint, read from the header. */
    public static long fingerprint(byte[] bytes) {
        if (bytes.length < HEADER || bytes[0] != (byte) 0xC3 || bytes[1] != (byte) 0x01) {
            throw new MalformedRecordException("no Avro single-object header (C3 01) in " + bytes.length + " bytes");
        }
        return ByteBuffer.wrap(bytes, 2, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
