package dev.meshlog.schemas.json;

import dev.meshlog.schemas.Hex;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Keys and headers. Those of the catalogue's topics are text; Kafka Streams keeps others in its changelogs. */
final class PlainText {
    private PlainText() {}

    /** The text, or {@code 0x} and hex for bytes that are no UTF-8 or would move the cursor. */
    static String of(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.chars().anyMatch(TerminalEscapes::isControl) ? hex(bytes) : text;
        } catch (CharacterCodingException e) {
            return hex(bytes);
        }
    }

    private static String hex(byte[] bytes) {
        return "0x" + Hex.of(bytes);
    }
}
