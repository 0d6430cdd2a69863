package dev.meshlog.schemas;

import java.nio.ByteBuffer;

/** Between Avro's byte buffers and arrays. */
public final class Buffers {
    private Buffers() {}

    /** A copy of what is between position and limit; the buffer stays as it is. */
    public static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
