package dev.meshlog.infra.radio;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** Our own form: an object with {@code format} and {@code keys}, a node a line, keys in hex. States are told and not taken over again. */
final class KeyJsonFile {
    static final String FORMAT = "meshlog-keys-1";

    private static final JsonFactory JSON = new ObjectMapper().getFactory();

    private KeyJsonFile() {}

    static void write(PrintWriter out, RadioTables tables, Collection<String> nodes) {
        out.print("{\"format\":\"" + FORMAT + "\",\"keys\":[");
        Iterator<String> each = nodes.iterator();
        while (each.hasNext()) {
            String node = each.next();
            ObjectNode key = RadioJson.key(tables, node);
            key.remove("node");
            out.print("\n" + RadioJson.text(key) + (each.hasNext() ? "," : ""));
        }
        out.println("\n]}");
    }

    static void read(Reader in, NodeSink sink) throws IOException {
        try (JsonParser parser = JSON.createParser(in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                sink.bad(1, "no export of keys: it begins with no object");
                return;
            }
            boolean declared = false;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("format")) {
                    declared = FORMAT.equals(parser.getValueAsString());
                } else if (field.equals("keys") && value == JsonToken.START_ARRAY && declared) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        long line = parser.currentTokenLocation().getLineNr();
                        entry(line, parser.readValueAsTree(), sink);
                    }
                    continue;
                }
                parser.skipChildren();
            }
            if (!declared) {
                sink.bad(1, "no export of keys: its format is not " + FORMAT);
            }
        } catch (JsonProcessingException e) {
            sink.bad(
                    e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                    "no JSON from here on: " + e.getOriginalMessage());
        }
    }

    private static void entry(long line, @Nullable JsonNode entry, NodeSink sink) {
        if (entry == null || !entry.isObject()) {
            sink.bad(line, "no object");
            return;
        }
        try {
            User.Builder user = User.newBuilder();
            String longName = NodeFields.text(entry, "name");
            String shortName = NodeFields.text(entry, "shortName");
            if (longName != null) {
                user.setLongName(ByteString.copyFromUtf8(longName));
            }
            if (shortName != null) {
                user.setShortName(ByteString.copyFromUtf8(shortName));
            }
            var said = new LinkedHashMap<String, @Nullable JsonNode>();
            said.put("id", entry.get("id"));
            said.put("number", entry.get("number"));
            int number = (int) NodeFields.number(said);
            try {
                user.setPublicKey(NodeFields.hexKey(NodeFields.text(entry, "key")));
            } catch (IllegalArgumentException e) {
                sink.bad(line, "the key: " + e.getMessage());
            }
            sink.node(
                    line,
                    NodeFields.text(entry, "network"),
                    NodeInfo.newBuilder().setNum(number).setUser(user).build());
        } catch (IllegalArgumentException e) {
            sink.bad(line, String.valueOf(e.getMessage()));
        }
    }
}
