package dev.meshlog.streams.query;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Radio tables made of records as they stand in the topics. */
public final class TablesFixture {
    public static final Instant AT = Instant.parse("2026-11-01T12:00:00Z");

    final RadioTables tables = new RadioTables();

    /** A key of 32 equal bytes. */
    public static Bytes32 key(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new Bytes32(bytes);
    }

    TablesFixture node(String network, long number, @Nullable String longName, @Nullable String shortName) {
        return put(Topics.NODES, NodeNumber.key(network, number), named(network, number, longName, shortName));
    }

    /** A node that was heard. */
    public static RadioNode named(String network, long number, @Nullable String longName, @Nullable String shortName) {
        return RadioNode.newBuilder()
                .setNetwork(network)
                .setNode(number)
                .setLongName(longName)
                .setShortName(shortName)
                .setLastHeardMs(AT)
                .build();
    }

    TablesFixture key(String network, long number, Bytes32 key, Bytes32... conflicting) {
        return put(Topics.PUBKEYS, NodeNumber.key(network, number), entry(network, number, key, conflicting));
    }

    public static PublicKeyEntry entry(String network, long number, Bytes32 key, Bytes32... conflicting) {
        var conflicts = new ArrayList<ConflictingKey>();
        for (Bytes32 other : conflicting) {
            conflicts.add(new ConflictingKey(other, false, KeySource.PACKET_MQTT, AT, AT, evidence(2)));
        }
        return PublicKeyEntry.newBuilder()
                .setNetwork(network)
                .setNode(number)
                .setState(conflicts.isEmpty() ? KeyState.PINNED : KeyState.CONFLICT)
                .setKey(key)
                .setFingerprint(KeyDecisions.fingerprint(key.bytes()))
                .setSource(KeySource.PACKET_RADIO)
                .setLastSource(KeySource.RADIO_NODEDB)
                .setFirstSeenMs(AT)
                .setLastSeenMs(AT.plusSeconds(60))
                .setEvidence(evidence(1))
                .setConflicts(conflicts)
                .setPrevious(List.of())
                .setRefused(List.of())
                .build();
    }

    private static RecordPosition evidence(long offset) {
        return new RecordPosition(Topics.FRAMES.name(), 3, offset);
    }

    <V extends SpecificRecordBase> TablesFixture put(Topic<String, V> topic, String key, @Nullable V value) {
        byte[] bytes = value == null ? null : Cluster.encode(topic, value);
        tables.take(new ConsumerRecord<String, byte[]>(topic.name(), 0, 0, key, bytes));
        return this;
    }

    NodeLookup.Found find(String text) {
        return new NodeLookup(tables, null).find(text);
    }
}
