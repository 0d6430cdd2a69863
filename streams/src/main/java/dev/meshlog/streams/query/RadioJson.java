package dev.meshlog.streams.query;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.json.RecordJson;
import dev.meshlog.schemas.json.TerminalEscapes;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.PreviousKey;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RefusedKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The radio tables as JSON, the same for commands and over HTTP: nodes as {@code network/!hex}, keys in hex, times as text in UTC. What a terminal
 * would obey is escaped.
 */
public final class RadioJson {
    private static final ObjectMapper JSON = new ObjectMapper(
            new JsonFactoryBuilder().characterEscapes(new TerminalEscapes()).build());
    private static final RecordJson RECORDS = new RecordJson(null);

    private RadioJson() {}

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** On one line, without its end. */
    public static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not printable as JSON: " + value.getClass(), e);
        }
    }

    /** To whole seconds. */
    public static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A node's line in the key table; of a node without a key those fields are null. */
    public static ObjectNode key(RadioTables tables, String node) {
        PublicKeyEntry entry = tables.keys().get(node);
        RadioNode known = tables.nodes().get(node);
        ObjectNode row = object().put("node", node)
                .put("network", NodeLookup.networkOf(node))
                .put("id", NodeLookup.idOf(node))
                .put("number", NodeNumber.parse(NodeLookup.idOf(node)))
                .put("name", known == null ? null : known.getLongName())
                .put("shortName", known == null ? null : known.getShortName())
                .put("state", entry == null ? null : entry.getState().name())
                .put("key", entry == null ? null : Hex.of(entry.getKey()))
                .put("fingerprint", entry == null ? null : entry.getFingerprint())
                .put("source", entry == null ? null : entry.getSource().name())
                .put("lowEntropy", entry != null && entry.getLowEntropy())
                .put("selfCertified", entry != null && entry.getSelfCertified())
                .put(
                        "nodesWithThisKey",
                        entry == null ? 0 : tables.nodesWithKeyOf(entry).size())
                .put("firstSeen", entry == null ? null : time(entry.getFirstSeenMs()))
                .put("lastSeen", entry == null ? null : time(entry.getLastSeenMs()));
        var conflicts = row.putArray("conflictingKeys");
        if (entry != null) {
            entry.getConflicts().forEach(conflict -> conflicts.add(Hex.of(conflict.getKey())));
        }
        return row.put("lastHeard", known == null ? null : optional(known.getLastHeardMs()));
    }

    /** All that is known of a node's key. */
    public static ObjectNode keyInFull(RadioTables tables, String node) {
        ObjectNode all =
                key(tables, node).put("finding", KeyFinding.of(tables, node).name());
        PublicKeyEntry entry = tables.keys().get(node);
        RadioNode known = tables.nodes().get(node);
        if (entry != null) {
            all.put("lastSource", entry.getLastSource().name())
                    .put("stateReason", entry.getStateReason())
                    .put("decidedAt", optional(entry.getDecidedAtMs()));
            all.set("evidence", position(entry.getEvidence()));
            var sharing = all.putArray("sharedWith");
            tables.nodesWithKeyOf(entry).stream()
                    .filter(other -> !other.equals(node))
                    .forEach(sharing::add);
            var conflicts = all.putArray("conflicts");
            entry.getConflicts().forEach(conflict -> conflicts.add(conflict(conflict)));
            var previous = all.putArray("previous");
            entry.getPrevious().forEach(before -> previous.add(previous(before)));
            var refused = all.putArray("refused");
            entry.getRefused().forEach(key -> refused.add(refused(key)));
        }
        all.put("listedByRadio", known != null && known.getListedByRadio());
        return all.put("radioHadThisKeyAt", entry == null ? null : onRadio(entry));
    }

    /** When a radio itself was last seen to hold the key; only it can know. */
    private static @Nullable String onRadio(PublicKeyEntry entry) {
        boolean saidByRadio =
                entry.getLastSource() == KeySource.RADIO_NODEDB || entry.getLastSource() == KeySource.RADIO_PKI;
        return saidByRadio ? time(entry.getLastSeenMs()) : null;
    }

    private static ObjectNode conflict(ConflictingKey conflict) {
        ObjectNode node = seen(conflict.getKey(), conflict.getSource(), conflict.getFirstSeenMs())
                .put("lastSeen", time(conflict.getLastSeenMs()))
                .put("lowEntropy", conflict.getLowEntropy());
        node.set("evidence", position(conflict.getEvidence()));
        return node;
    }

    private static ObjectNode previous(PreviousKey before) {
        return seen(before.getKey(), before.getSource(), before.getFirstSeenMs())
                .put("lastSeen", time(before.getLastSeenMs()))
                .put("replacedAt", time(before.getReplacedAtMs()));
    }

    private static ObjectNode refused(RefusedKey refused) {
        return object().put("key", Hex.of(refused.getKey()))
                .put("fingerprint", fingerprint(refused.getKey()))
                .put("refusedAt", time(refused.getRefusedAtMs()))
                .put(
                        "lastSeen",
                        refused.getLastSeenMs() == null ? null : time(Instant.ofEpochMilli(refused.getLastSeenMs())));
    }

    private static ObjectNode seen(Bytes32 key, KeySource source, Instant firstSeen) {
        return object().put("key", Hex.of(key))
                .put("fingerprint", fingerprint(key))
                .put("source", source.name())
                .put("firstSeen", time(firstSeen));
    }

    private static String fingerprint(Bytes32 key) {
        return KeyDecisions.fingerprint(key.bytes());
    }

    private static ObjectNode position(RecordPosition position) {
        return object().put("topic", position.getTopic())
                .put("partition", position.getPartition())
                .put("offset", position.getOffset());
    }

    private static @Nullable String optional(@Nullable Instant time) {
        return time == null ? null : time(time);
    }

    /** A node's record with its key's state beside it. */
    public static ObjectNode node(RadioTables tables, String node) {
        ObjectNode all = object().put("node", node).put("id", NodeLookup.idOf(node));
        RadioNode known = tables.nodes().get(node);
        if (known != null) {
            ObjectNode fields = value(Topics.NODES, known);
            fields.remove("node");
            all.put("number", known.getNode()).setAll(fields);
        }
        PublicKeyEntry entry = tables.keys().get(node);
        return all.put("keyState", entry == null ? null : entry.getState().name())
                .put("keyFingerprint", entry == null ? null : entry.getFingerprint());
    }

    /** What the node reports to hear, and who. */
    public static JsonNode edges(RadioTables tables, String node) {
        var edges = tables.edges().get(node);
        return edges == null
                ? JSON.createArrayNode()
                : value(Topics.EDGES, edges).path("edges");
    }

    public static ObjectNode link(String name, LinkState link) {
        ObjectNode all = object().put("link", name)
                .put("network", link.network())
                .put("state", link.state() == null ? null : link.state().name())
                .put("since", optional(link.since()))
                .put("detail", link.detail())
                .put("lastError", link.lastError())
                .put("lastErrorAt", optional(link.lastErrorAt()))
                .put("radio", link.ownNode() == null ? null : NodeNumber.text(link.ownNode()));
        var counters = all.putObject("counters");
        new TreeMap<>(link.counters()).forEach(counters::put);
        var facts = all.putObject("facts");
        new TreeMap<>(link.facts()).forEach(facts::put);
        return all.put("newest", time(link.newest()));
    }

    /** A record with its place; what is known of the bytes in it is shown as that. */
    public static ObjectNode record(ConsumerRecord<String, byte[]> rec) {
        ObjectNode place = object().put("partition", rec.partition()).put("offset", rec.offset());
        if (rec.key() != null) {
            place.put("key", rec.key());
        }
        return place.setAll(fields(rec.topic(), rec.value()));
    }

    private static <V extends SpecificRecordBase> ObjectNode value(Topic<String, V> topic, V value) {
        return fields(topic.name(), topic.values().serializer().serialize(topic.name(), value));
    }

    /** The fields of a value, under their names in its schema; none for a tombstone or a value that is no record. */
    public static ObjectNode fields(String topic, byte @Nullable [] value) {
        String text;
        synchronized (RECORDS) {
            text = RECORDS.value(topic, value);
        }
        try {
            return JSON.readTree(text) instanceof ObjectNode fields ? fields : object();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record is not shown as JSON", e);
        }
    }
}
