package dev.meshlog.schemas.json;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import org.jspecify.annotations.Nullable;

/**
 * Escapes also what JSON lets pass and a terminal obeys: DEL, the C1 controls and what reverses the direction of text. Names come over the air, and
 * whoever prints them must not be steered by them.
 */
public final class TerminalEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    private static final int DELETE = 0x7f;

    private final int[] ascii;

    public TerminalEscapes() {
        ascii = standardAsciiEscapesForJSON();
        ascii[DELETE] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return ascii.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
        return isControl(character) ? new SerializedString("\\u%04x".formatted(character)) : null;
    }

    /** A text for people, with every character that a terminal would obey written out as JSON writes it. */
    public static String plain(String text) {
        if (text.codePoints().noneMatch(TerminalEscapes::isControl)) {
            return text;
        }
        var plain = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isControl(c)) {
                plain.append("\\u%04x".formatted(c));
            } else {
                plain.appendCodePoint(c);
            }
        });
        return plain.toString();
    }

    static boolean isControl(int character) {
        return Character.isISOControl(character)
                || (character >= 0x202a && character <= 0x202e)
                || (character >= 0x2066 && character <= 0x2069);
    }
}
