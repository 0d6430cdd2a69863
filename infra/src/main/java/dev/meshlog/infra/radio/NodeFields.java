package dev.meshlog.infra.radio;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a node from the forms that they have in files. Everything that is wrong is an {@link IllegalArgumentException} with the reason. */
final class NodeFields {
    private static final int KEY_BYTES = 32;
    private static final List<String> ROLES = List.of(
            "CLIENT",
            "CLIENT_MUTE",
            "ROUTER",
            "ROUTER_CLIENT",
            "REPEATER",
            "TRACKER",
            "SENSOR",
            "TAK",
            "CLIENT_HIDDEN",
            "LOST_AND_FOUND",
            "TAK_TRACKER",
            "ROUTER_LATE",
            "CLIENT_BASE");

    private NodeFields() {}

    /** Which node several fields say that it is; those that say nothing are null or missing. */
    static long number(Map<String, @Nullable JsonNode> said) {
        OptionalLong number = OptionalLong.empty();
        for (Map.Entry<String, @Nullable JsonNode> field : said.entrySet()) {
            JsonNode value = field.getValue();
            if (value == null || value.isNull() || value.isMissingNode()) {
                continue;
            }
            long one = number(value);
            if (number.isPresent() && number.getAsLong() != one) {
                throw new IllegalArgumentException("it says that it is node %s and, in %s, %s"
                        .formatted(NodeNumber.text(number.getAsLong()), field.getKey(), NodeNumber.text(one)));
            }
            number = OptionalLong.of(one);
        }
        return number.orElseThrow(() -> new IllegalArgumentException("it does not say which node it is"));
    }

    private static long number(JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            long number = value.longValue();
            if (!NodeNumber.isNode(number)) {
                throw new IllegalArgumentException(number + " is not a node: numbers go from 1 to 4294967294");
            }
            return number;
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException("a node's number is a number or a text, not " + value.getNodeType());
        }
        return NodeNumber.parse(value.textValue());
    }

    /** A key in hex; null or empty text is none. */
    static ByteString hexKey(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return ByteString.EMPTY;
        }
        try {
            return checked(Hex.parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("keys are 64 hex digits here: " + e.getMessage(), e);
        }
    }

    /** A key in base64, which hex digits also are: only the length tells that they are not meant. */
    static ByteString base64Key(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return ByteString.EMPTY;
        }
        try {
            return checked(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("keys are 32 bytes in base64 here: " + e.getMessage(), e);
        }
    }

    private static ByteString checked(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("it has " + key.length + " bytes, a key has " + KEY_BYTES);
        }
        ByteString bytes = ByteString.copyFrom(key);
        if (bytes.equals(ByteString.copyFrom(new byte[KEY_BYTES]))) {
            throw new IllegalArgumentException("it is all zero");
        }
        return bytes;
    }

    /** A role by name or number; null for a name that nobody has heard of. */
    static @Nullable Integer role(JsonNode value) {
        if (value.isInt() && value.intValue() >= 0) {
            return value.intValue();
        }
        int known = ROLES.indexOf(value.asText());
        return known < 0 ? null : known;
    }

    /** The name of a role, or its number. */
    static Object roleName(int role) {
        return role >= 0 && role < ROLES.size() ? ROLES.get(role) : role;
    }

    static @Nullable String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isTextual() ? value.textValue() : null;
    }
}
