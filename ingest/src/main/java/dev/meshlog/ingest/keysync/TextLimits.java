package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;

/** Cuts names to what the firmware decodes: one byte more, and it throws the whole message away without an answer. */
final class TextLimits {
    private static final int LONG_NAME = 39;
    private static final int SHORT_NAME = 4;

    private TextLimits() {}

    static ByteString longName(String name) {
        return cut(name, LONG_NAME);
    }

    static ByteString shortName(String name) {
        return cut(name, SHORT_NAME);
    }

    /** Whole characters only: the radio's other clients refuse text that is not UTF-8. */
    private static ByteString cut(String name, int limit) {
        int size = 0;
        int end = 0;
        while (end < name.length()) {
            int character = name.codePointAt(end);
            int next = end + Character.charCount(character);
            size += name.substring(end, next).getBytes(StandardCharsets.UTF_8).length;
            if (size > limit) {
                break;
            }
            end = next;
        }
        return ByteString.copyFromUtf8(name.substring(0, end));
    }
}
