package dev.meshlog.schemas;

import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads Avro data of any type as their writer wrote them, without the classes of this build: for tools that show what is there, fields that only a
 * newer Meshlog knows included.
 */
public final class AnyRecord {
    private AnyRecord() {}

    /**
     * The body of a single-object encoded record.
     *
     * @throws MalformedRecordException when the bytes are not exactly one datum of the schema
     */
    public static Object decodeSingleObject(byte[] bytes, Schema writer) {
        return decode(bytes, SingleObject.HEADER, writer);
    }

    /** @throws MalformedRecordException when the bytes are not exactly one datum of the schema */
    public static Object decodeBinary(byte[] bytes, Schema writer) {
        return decode(bytes, 0, writer);
    }

    private static Object decode(byte[] bytes, int offset, Schema writer) {
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, null);
        Object datum;
        try {
            datum = new GenericDatumReader<>(writer).read(null, decoder);
            if (!decoder.isEnd()) {
                throw new MalformedRecordException("bytes left over behind a " + writer.getName());
            }
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | UnsupportedOperationException e) {
            throw new MalformedRecordException(
                    "not a " + writer.getName() + ": " + e.getClass().getSimpleName(), e);
        }
        return datum;
    }
}
