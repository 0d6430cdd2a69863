package dev.meshlog.schemas.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.util.Arrays;

/** Bytes as hex. A string is always all of them; what is too long for a line becomes its length and its beginning. */
final class HexText {
    /** Holds every id, key, signature, body of a packet and content of an object, but no chunk of a snapshot. */
    static final int WHOLE = 4 << 10;

    private static final int BEGINNING = 64;

    private HexText() {}

    static void write(JsonGenerator out, byte[] bytes) throws IOException {
        if (bytes.length <= WHOLE) {
            out.writeString(Hex.of(bytes));
            return;
        }
        out.writeStartObject();
        writeBeginning(out, bytes, BEGINNING);
        out.writeEndObject();
    }

    /** Two fields of the object that is being written. */
    static void writeBeginning(JsonGenerator out, byte[] bytes, int limit) throws IOException {
        out.writeNumberField("length", bytes.length);
        out.writeStringField("hex", Hex.of(Arrays.copyOf(bytes, Math.min(bytes.length, limit))));
    }
}
