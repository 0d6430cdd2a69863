package dev.meshlog.schemas.json;

import com.google.protobuf.InvalidProtocolBufferException;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** What the bytes of a field are, besides bytes. */
@FunctionalInterface
interface Content {
    /**
     * Null when nothing is known of these bytes.
     *
     * @param owner the record that the field belongs to
     * @throws RuntimeException when they are not what they should be
     */
    @Nullable Part read(byte[] bytes, GenericRecord owner) throws InvalidProtocolBufferException;
}
