package dev.meshlog.infra.radio;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.NodeLookup;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.util.Base64;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The node list of the official Python client: the object under {@code Nodes in mesh:} of what {@code meshtastic --info} prints, or the client's
 * {@code nodes} or {@code nodesByNum} written as JSON. It is keyed by {@code !hex} or decimal number, its fields are in camel case, and its keys in base64.
 */
final class ClientNodesFile {
    private static final String HEADING = "Nodes in mesh:";
    private static final double DEGREE = 1e7;
    private static final JsonFactory JSON = new ObjectMapper().getFactory();

    private ClientNodesFile() {}

    static void write(PrintWriter out, RadioTables tables, Collection<String> nodes) {
        out.print("{");
        Iterator<String> each = nodes.iterator();
        while (each.hasNext()) {
            String node = each.next();
            out.print("\n\"" + NodeLookup.idOf(node) + "\":"
                    + RadioJson.text(
                            shown(node, tables.nodes().get(node), tables.keys().get(node)))
                    + (each.hasNext() ? "," : ""));
        }
        out.println("\n}");
    }

    private static ObjectNode shown(String node, @Nullable RadioNode known, @Nullable PublicKeyEntry entry) {
        ObjectNode all = RadioJson.object();
        ObjectNode user = RadioJson.object().put("id", NodeLookup.idOf(node));
        all.put(
                "num",
                known != null ? known.getNode() : Objects.requireNonNull(entry).getNode());
        if (known != null) {
            put(user, "longName", known.getLongName());
            put(user, "shortName", known.getShortName());
            if (known.getMacAddress() != null) {
                user.put("macaddr", Base64.getEncoder().encodeToString(Buffers.array(known.getMacAddress())));
            }
            if (known.getHardwareModel() != null) {
                user.put("hwModel", known.getHardwareModel());
            }
            if (known.getRole() != null) {
                user.putPOJO("role", NodeFields.roleName(known.getRole()));
            }
            if (known.getPosition() != null) {
                all.putObject("position")
                        .put("latitudeI", known.getPosition().getLatitudeI())
                        .put("longitudeI", known.getPosition().getLongitudeI());
            }
            if (known.getLastHeardMs() != null) {
                all.put("lastHeard", known.getLastHeardMs().getEpochSecond());
            }
            if (known.getSnr() != null) {
                all.put("snr", known.getSnr());
            }
            if (known.getHopsAway() != null) {
                all.put("hopsAway", known.getHopsAway());
            }
        }
        if (entry != null) {
            user.put(
                    "publicKey",
                    Base64.getEncoder().encodeToString(entry.getKey().bytes()));
        }
        all.set("user", user);
        return all;
    }

    private static void put(ObjectNode user, String field, @Nullable String text) {
        if (text != null) {
            user.put(field, text);
        }
    }

    static void read(Reader in, NodeSink sink) throws IOException {
        String text;
        try (var lines = new BufferedReader(in)) {
            text = lines.lines().collect(Collectors.joining("\n"));
        }
        int heading = text.indexOf(HEADING);
        int start = heading < 0 ? 0 : heading + HEADING.length();
        long before = text.substring(0, start).chars().filter(c -> c == '\n').count();
        try (JsonParser parser = JSON.createParser(new StringReader(text.substring(start)))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                sink.bad(before + 1, "no list of nodes: it begins with no object");
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                long line = before + parser.currentTokenLocation().getLineNr();
                String key = parser.currentName();
                parser.nextToken();
                entry(line, key, parser.readValueAsTree(), sink);
            }
        } catch (JsonProcessingException e) {
            sink.bad(
                    before + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
                    "no JSON from here on: " + e.getOriginalMessage());
        }
    }

    private static void entry(long line, String key, @Nullable JsonNode entry, NodeSink sink) {
        if (entry == null || !(entry.isObject() || entry.isTextual())) {
            sink.bad(line, key + ": no object");
            return;
        }
        try {
            if (entry.isTextual()) {
                named(line, key, entry.textValue(), sink);
                return;
            }
            JsonNode user = entry.path("user");
            var said = new LinkedHashMap<String, @Nullable JsonNode>();
            said.put("the key", TextNode.valueOf(key));
            said.put("num", entry.get("num"));
            said.put("user.id", user.get("id"));
            NodeInfo.Builder node = NodeInfo.newBuilder().setNum((int) NodeFields.number(said));
            if (user.isObject()) {
                node.setUser(user(line, key, user, sink));
            }
            whenPosition(node, entry.path("position"));
            whenMetrics(node, entry.path("deviceMetrics"));
            if (entry.path("lastHeard").canConvertToLong()) {
                node.setLastHeard((int) entry.path("lastHeard").longValue());
            }
            if (entry.path("snr").isNumber()) {
                node.setSnr(entry.path("snr").floatValue());
            }
            if (entry.path("hopsAway").isInt()) {
                node.setHopsAway(entry.path("hopsAway").intValue());
            }
            if (entry.path("viaMqtt").isBoolean()) {
                node.setViaMqtt(entry.path("viaMqtt").booleanValue());
            }
            node.setFavorite(entry.path("isFavorite").asBoolean(false));
            node.setIgnored(entry.path("isIgnored").asBoolean(false));
            sink.node(line, null, node.build());
        } catch (IllegalArgumentException e) {
            sink.bad(line, key + ": " + e.getMessage());
        }
    }

    /** Older programs kept a list of numbers and names alone. */
    private static void named(long line, String key, String name, NodeSink sink) {
        sink.node(
                line,
                null,
                NodeInfo.newBuilder()
                        .setNum((int) NodeNumber.parse(key))
                        .setUser(User.newBuilder().setLongName(ByteString.copyFromUtf8(name)))
                        .build());
    }

    /** Under the client's name or that of the wire schema; two that differ are none. */
    private static ByteString key(JsonNode user) {
        ByteString key = NodeFields.base64Key(NodeFields.text(user, "publicKey"));
        ByteString other = NodeFields.base64Key(NodeFields.text(user, "public_key"));
        if (!key.isEmpty() && !other.isEmpty() && !key.equals(other)) {
            throw new IllegalArgumentException("publicKey and public_key differ");
        }
        return key.isEmpty() ? other : key;
    }

    private static User user(long line, String key, JsonNode said, NodeSink sink) {
        User.Builder user = User.newBuilder();
        String longName = NodeFields.text(said, "longName");
        String shortName = NodeFields.text(said, "shortName");
        if (longName != null) {
            user.setLongName(ByteString.copyFromUtf8(longName));
        }
        if (shortName != null) {
            user.setShortName(ByteString.copyFromUtf8(shortName));
        }
        if (said.path("hwModel").isInt()) {
            user.setHardwareModel(said.path("hwModel").intValue());
        }
        Integer role = NodeFields.role(said.path("role"));
        if (role != null) {
            user.setRole(role);
        }
        if (said.path("isLicensed").isBoolean()) {
            user.setLicensed(said.path("isLicensed").booleanValue());
        }
        if (said.path("isUnmessagable").isBoolean()) {
            user.setUnmessagable(said.path("isUnmessagable").booleanValue());
        }
        String address = NodeFields.text(said, "macaddr");
        try {
            if (address != null) {
                user.setMacAddress(ByteString.copyFrom(Base64.getDecoder().decode(address)));
            }
        } catch (IllegalArgumentException e) {
            sink.bad(line, key + ": macaddr: " + e.getMessage());
        }
        try {
            user.setPublicKey(key(said));
        } catch (IllegalArgumentException e) {
            sink.bad(line, key + ": the key: " + e.getMessage());
        }
        return user.build();
    }

    private static void whenPosition(NodeInfo.Builder node, JsonNode said) {
        boolean whole =
                said.path("latitudeI").isInt() && said.path("longitudeI").isInt();
        boolean degrees =
                said.path("latitude").isNumber() && said.path("longitude").isNumber();
        if (!whole && !degrees) {
            return;
        }
        Position.Builder position = Position.newBuilder()
                .setLatitudeI(whole ? said.path("latitudeI").intValue() : scaled(said.path("latitude")))
                .setLongitudeI(whole ? said.path("longitudeI").intValue() : scaled(said.path("longitude")));
        if (said.path("altitude").isInt()) {
            position.setAltitude(said.path("altitude").intValue());
        }
        if (said.path("time").canConvertToLong()) {
            position.setTime((int) said.path("time").longValue());
        }
        if (said.path("precisionBits").isInt()) {
            position.setPrecisionBits(said.path("precisionBits").intValue());
        }
        node.setPosition(position);
    }

    private static int scaled(JsonNode degrees) {
        return (int) Math.round(degrees.doubleValue() * DEGREE);
    }

    private static void whenMetrics(NodeInfo.Builder node, JsonNode said) {
        if (!said.isObject()) {
            return;
        }
        DeviceMetrics.Builder metrics = DeviceMetrics.newBuilder();
        if (said.path("batteryLevel").isInt()) {
            metrics.setBatteryLevel(said.path("batteryLevel").intValue());
        }
        if (said.path("voltage").isNumber()) {
            metrics.setVoltage(said.path("voltage").floatValue());
        }
        if (said.path("channelUtilization").isNumber()) {
            metrics.setChannelUtilization(said.path("channelUtilization").floatValue());
        }
        if (said.path("airUtilTx").isNumber()) {
            metrics.setAirUtilTx(said.path("airUtilTx").floatValue());
        }
        if (said.path("uptimeSeconds").canConvertToLong()) {
            metrics.setUptimeSeconds((int) said.path("uptimeSeconds").longValue());
        }
        node.setDeviceMetrics(metrics);
    }
}
