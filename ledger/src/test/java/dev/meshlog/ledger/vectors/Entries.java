package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.meshlog.schemas.Hex;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries of a state, or changes to it, as pairs of hex; the value of an entry that goes is null. */
final class Entries {
    private Entries() {}

    static void put(ArrayNode list, Map<byte[], ? extends byte @Nullable []> entries) {
        entries.forEach((key, value) -> list.addArray().add(Hex.of(key)).add(value == null ? null : Hex.of(value)));
    }

    /** By key in hex, which is the order of the keys. */
    static SortedMap<String, String> hex(Map<byte[], ? extends byte @Nullable []> entries) {
        SortedMap<String, String> hex = new TreeMap<>();
        entries.forEach((key, value) -> hex.put(Hex.of(key), value == null ? "gone" : Hex.of(value)));
        return hex;
    }

    static SortedMap<String, String> hex(JsonNode list) {
        SortedMap<String, String> hex = new TreeMap<>();
        list.forEach(pair -> hex.put(
                pair.get(0).asText(),
                pair.get(1) instanceof NullNode ? "gone" : pair.get(1).asText()));
        return hex;
    }
}
