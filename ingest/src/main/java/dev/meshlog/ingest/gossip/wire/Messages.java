package dev.meshlog.ingest.gossip.wire;

import dev.meshlog.schemas.MalformedRecordException;
import java.util.Arrays;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * A message on a stream: {@code u32 length ‖ u8 type ‖ record in Avro binary}, where the length counts the type and the record. The length is checked
 * against what may stand there before anything is kept of the message.
 */
public final class Messages {
    /** Of the length in front. */
    public static final int LENGTH_BYTES = 4;

    private Messages() {}

    /** Type and record, without the length. */
    public static byte[] encode(SpecificRecordBase message) {
        MessageType type = MessageType.of(message);
        byte[] record = type.codec().encode(message);
        byte[] bytes = new byte[1 + record.length];
        bytes[0] = type.code();
        System.arraycopy(record, 0, bytes, 1, record.length);
        return bytes;
    }

    /**
     * Reads type and record.
     *
     * @param allowed what may stand here
     * @throws MalformedRecordException when it is none of them
     */
    public static SpecificRecordBase decode(byte[] bytes, Set<MessageType> allowed) {
        if (bytes.length == 0) {
            throw new MalformedRecordException("an empty message");
        }
        MessageType type = MessageType.of(bytes[0]);
        if (type == null) {
            throw new MalformedRecordException("a message of the unknown type " + (bytes[0] & 0xff));
        }
        if (!allowed.contains(type)) {
            throw new MalformedRecordException("a message of type " + type + " where " + allowed + " is expected");
        }
        if (bytes.length > type.maxBytes()) {
            throw new MalformedRecordException(type + " of " + bytes.length + " bytes");
        }
        return type.codec().decode(Arrays.copyOfRange(bytes, 1, bytes.length));
    }

    /** The longest of the messages that may stand somewhere. */
    public static int maxBytes(Set<MessageType> allowed) {
        return allowed.stream().mapToInt(MessageType::maxBytes).max().orElse(0);
    }
}
