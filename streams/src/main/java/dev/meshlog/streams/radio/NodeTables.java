package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;

/** Everything that is kept per node: which packets were seen, what is known, which key is pinned. */
final class NodeTables extends ContextualProcessor<String, NodeObservation, String, NodeChange> {
    static final String SEEN = "seen-packets";
    static final String NODES = "nodes";
    static final String KEYS = "public-keys";

    /** A packet that comes again within this time is the same packet; afterwards its id may have been given again. */
    static final Duration SAME_PACKET = Duration.ofDays(30);

    private static final byte[] READ = {1};
    private static final byte[] NOT_READ = {0};

    private final KeyTable keyTable;
    private WindowStore<String, byte[]> seen;
    private KeyValueStore<String, RadioNode> nodes;
    private KeyValueStore<String, PublicKeyEntry> keys;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    NodeTables(KeyTable keyTable) {
        this.keyTable = keyTable;
    }

    @Override
    public void init(ProcessorContext<String, NodeChange> context) {
        super.init(context);
        seen = context.getStateStore(SEEN);
        nodes = context.getStateStore(NODES);
        keys = context.getStateStore(KEYS);
    }

    @Override
    public void process(Record<String, NodeObservation> record) {
        NodeObservation observation = record.value();
        RadioPacket packet = observation.getPacket();
        NodeChange change = packet == null
                ? nodeInfo(record.key(), observation, Objects.requireNonNull(observation.getNodeInfo()))
                : packet(record.key(), observation, packet);
        context().forward(record.withValue(change));
    }

    private NodeChange packet(String key, NodeObservation observation, RadioPacket packet) {
        boolean readable = packet.getData() != null;
        byte[] before = seenBefore(key, packet, readable);
        if (before.length == 0) {
            var counters = new ArrayList<>(List.of(Counters.FRAMES, Counters.PACKETS));
            if (!readable) {
                counters.add(Counters.UNDECRYPTED);
            }
            return content(key, observation, packet, packet, counters);
        }
        List<String> counters = List.of(Counters.FRAMES, Counters.DUPLICATES);
        if (readable && before[0] == NOT_READ[0]) {
            return content(key, observation, packet, null, counters);
        }
        return new NodeChange.Builder(observation, counters).build();
    }

    /** Nothing, when the packet is new. Otherwise whether it could be read, which it can from now on when this one can. */
    private byte[] seenBefore(String key, RadioPacket packet, boolean readable) {
        if (packet.getId() == 0) {
            return new byte[0];
        }
        String id = key + String.format("/%08x", packet.getId());
        Instant at = packet.getReception().getReceivedAtMs();
        byte[] before = new byte[0];
        Instant beforeAt = at;
        try (WindowStoreIterator<byte[]> found = seen.fetch(id, earlier(at), at.plus(SAME_PACKET))) {
            if (found.hasNext()) {
                var first = found.next();
                before = first.value;
                beforeAt = Instant.ofEpochMilli(first.key);
            }
        }
        if (before.length == 0 || (readable && before[0] == NOT_READ[0])) {
            seen.put(id, readable ? READ : NOT_READ, beforeAt.toEpochMilli());
        }
        return before;
    }

    private static Instant earlier(Instant at) {
        Instant earlier = at.minus(SAME_PACKET);
        return earlier.isBefore(Instant.EPOCH) ? Instant.EPOCH : earlier;
    }

    private NodeChange content(
            String key,
            NodeObservation observation,
            RadioPacket packet,
            @Nullable RadioPacket firstReception,
            List<String> counters) {
        KeySource source = observation.getOverMqtt() ? KeySource.PACKET_MQTT : KeySource.PACKET_RADIO;
        NodeFacts facts;
        try {
            facts = NodeFacts.ofContent(packet);
        } catch (InvalidProtocolBufferException e) {
            ByteBuffer data = Objects.requireNonNull(packet.getData());
            facts = NodeFacts.ofHeader(packet);
            return change(key, observation, firstReception == null ? facts.again() : facts, source, counters)
                    .packet(firstReception)
                    .rejected(RejectReason.CONTENT_UNDECODABLE, data)
                    .build();
        }
        return change(key, observation, firstReception == null ? facts.again() : facts, source, counters)
                .packet(firstReception)
                .build();
    }

    private NodeChange nodeInfo(String key, NodeObservation observation, ByteBuffer bytes) {
        NodeInfo info;
        try {
            info = NodeInfo.parseFrom(ByteString.copyFrom(bytes.duplicate()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("decoding let through a NodeInfo that is none", e);
        }
        List<String> counters = List.of(Counters.FRAMES, Counters.CONFIG_FRAMES);
        return change(key, observation, NodeFacts.of(info), KeySource.RADIO_NODEDB, counters)
                .build();
    }

    private NodeChange.Builder change(
            String key, NodeObservation observation, NodeFacts facts, KeySource source, List<String> counters) {
        var change = new NodeChange.Builder(observation, counters);
        RadioNode known = nodes.get(key);
        RadioNode node = NodeUpdate.apply(known, observation.getNetwork(), observation.getNode(), facts);
        if (!node.equals(known)) {
            nodes.put(key, node);
            change.node(node);
        }
        ByteString publicKey = facts.user().getPublicKey();
        PublicKeyEntry entry = keys.get(key);
        KeyTable.Step step = keyTable.see(
                entry,
                new KeyTable.Sighting(
                        observation.getNetwork(),
                        observation.getNode(),
                        publicKey,
                        source,
                        observation.getReceivedAtMs(),
                        observation.getEvidence()));
        if (step.entry() != null && !step.entry().equals(entry)) {
            keys.put(key, step.entry());
            change.key(step.entry());
        }
        change.keyEvents(step.events());
        if (step.rejected() != null) {
            change.rejected(step.rejected(), publicKey.asReadOnlyByteBuffer());
        }
        return change;
    }
}
