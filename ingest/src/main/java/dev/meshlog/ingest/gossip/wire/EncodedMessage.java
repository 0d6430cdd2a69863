package dev.meshlog.ingest.gossip.wire;

import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecordBase;

/** A message with its length in front, ready for any number of streams. */
public final class EncodedMessage {
    private final byte[] bytes;

    private EncodedMessage(byte[] bytes) {
        this.bytes = bytes;
    }

    public static EncodedMessage of(SpecificRecordBase message) {
        byte[] content = Messages.encode(message);
        return new EncodedMessage(ByteBuffer.allocate(Messages.LENGTH_BYTES + content.length)
                .putInt(content.length)
                .put(content)
                .array());
    }

    /** Of bytes that are sent as they are, whether they are a message or not: for whoever tries what others do with them. */
    public static EncodedMessage ofBytes(byte[] bytes) {
        return new EncodedMessage(bytes.clone());
    }

    /** Not a copy: never changed. */
    public byte[] unsafeBytes() {
        return bytes;
    }

    public int size() {
        return bytes.length;
    }
}
