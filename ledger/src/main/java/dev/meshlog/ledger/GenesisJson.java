package dev.meshlog.ledger;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.GenesisConfig.InitialCoin;
import dev.meshlog.ledger.GenesisConfig.InitialObject;
import dev.meshlog.schemas.Hex;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** genesis.json: every field is required, no other field is allowed; keys, ids and contents are hex. */
final class GenesisJson {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private GenesisJson() {}

    static GenesisConfig read(String json) {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "not JSON: " + e.getOriginalMessage() + " (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ")",
                    e);
        }
        var fields = new Fields("genesis", root);
        var genesis = new GenesisConfig(
                fields.text("networkName"),
                fields.list(
                        "validators",
                        item -> new Validator(
                                item.hash("publicKey"), item.number("weight"), item.text("gossipAddress"), 0)),
                fields.number("epochLength"),
                fields.number("gcDepth"),
                fields.number("checkpointInterval"),
                (int) Math.max(0, Math.min(fields.number("bucketBits"), Integer.MAX_VALUE)),
                fields.number("maxTxValidity"),
                fields.list(
                        "objects", item -> new InitialObject(item.hash("id"), item.hash("owner"), item.hex("content"))),
                fields.list(
                        "coins", item -> new InitialCoin(item.hash("id"), item.hash("owner"), item.number("amount"))));
        fields.end();
        return genesis;
    }

    static String write(GenesisConfig genesis) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("networkName", genesis.networkName());
        var validators = root.putArray("validators");
        for (Validator validator : genesis.validators()) {
            validators
                    .addObject()
                    .put("publicKey", validator.publicKey().hex())
                    .put("weight", validator.weight())
                    .put("gossipAddress", validator.gossipAddress());
        }
        root.put("epochLength", genesis.epochLength());
        root.put("gcDepth", genesis.gcDepth());
        root.put("checkpointInterval", genesis.checkpointInterval());
        root.put("bucketBits", genesis.bucketBits());
        root.put("maxTxValidity", genesis.maxTxValidity());
        var objects = root.putArray("objects");
        for (InitialObject object : genesis.objects()) {
            objects.addObject()
                    .put("id", object.id().hex())
                    .put("owner", object.owner().hex())
                    .put("content", Hex.of(object.content()));
        }
        var coins = root.putArray("coins");
        for (InitialCoin coin : genesis.coins()) {
            coins.addObject()
                    .put("id", coin.id().hex())
                    .put("owner", coin.owner().hex())
                    .put("amount", coin.amount());
        }
        try {
            return MAPPER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always JSON", e);
        }
    }

    /** The fields of one JSON object; those that nobody asked for are an error at the end. */
    private static final class Fields {
        private final String where;
        private final JsonNode node;
        private final Set<String> asked = new HashSet<>();

        Fields(String where, JsonNode node) {
            if (!node.isObject()) {
                throw new IllegalArgumentException(where + ": a JSON object is wanted");
            }
            this.where = where;
            this.node = node;
        }

        String text(String field) {
            JsonNode value = value(field);
            if (!value.isTextual()) {
                throw wrong(field, "a text is wanted");
            }
            return value.textValue();
        }

        long number(String field) {
            JsonNode value = value(field);
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw wrong(field, "a whole number is wanted");
            }
            return value.longValue();
        }

        Hash hash(String field) {
            try {
                return Hash.ofHex(text(field));
            } catch (IllegalArgumentException e) {
                throw wrong(field, "64 hex digits are wanted");
            }
        }

        byte[] hex(String field) {
            try {
                return Hex.parse(text(field));
            } catch (IllegalArgumentException e) {
                throw wrong(field, "hex is wanted");
            }
        }

        <T> List<T> list(String field, Function<Fields, T> read) {
            JsonNode value = value(field);
            if (!value.isArray()) {
                throw wrong(field, "a list is wanted");
            }
            List<T> items = new ArrayList<>();
            for (int i = 0; i < value.size(); i++) {
                String place = where + "." + field + "[" + i + "]";
                var item = new Fields(place, value.get(i));
                try {
                    items.add(read.apply(item));
                } catch (IllegalArgumentException e) {
                    String message = String.valueOf(e.getMessage());
                    throw message.startsWith(place) ? e : new IllegalArgumentException(place + ": " + message, e);
                }
                item.end();
            }
            return items;
        }

        void end() {
            node.fieldNames().forEachRemaining(field -> {
                if (!asked.contains(field)) {
                    throw wrong(field, "unknown field");
                }
            });
        }

        private JsonNode value(String field) {
            asked.add(field);
            JsonNode value = node.get(field);
            if (value == null) {
                throw wrong(field, "missing field");
            }
            return value;
        }

        private IllegalArgumentException wrong(String field, String what) {
            return new IllegalArgumentException(where + "." + field + ": " + what);
        }
    }
}
