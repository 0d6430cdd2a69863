package dev.meshlog.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.RandomData;

/** Avro binary of records with random content, made from a seed and from the schema alone. */
public final class RandomRecords {
    private RandomRecords() {}

    public static List<byte[]> of(Schema schema, int count, long seed) {
        return StreamSupport.stream(new RandomData(schema, count, seed).spliterator(), false)
                .map(record -> encode(schema, record))
                .toList();
    }

    private static byte[] encode(Schema schema, Object record) {
        var out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new GenericDatumWriter<>(schema).write(record, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }
}
