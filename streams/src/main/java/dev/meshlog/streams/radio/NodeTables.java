package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.RadioEdges;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.RadioReception;
import dev.meshlog.schemas.radio.RadioTelemetry;
import dev.meshlog.schemas.wire.RejectReason;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Everything that is kept per node: which packets were seen, what is known, which keys it has, whom it hears. */
final class NodeTables extends ContextualProcessor<String, NodeObservation, String, NodeChange> {
    static final String SEEN = "seen-packets";
    static final String NODES = "nodes";
    static final String KEYS = "public-keys";
    static final String EDGES = "edges";
    static final String ADMITTED = "admitted-nodes";

    private final RadioLimits limits;
    private final KeyTable keyTable;
    private final DirectMessages directMessages;
    private SeenPackets seen;
    private KnownNodes nodes;
    private KeyValueStore<String, RadioEdges> edges;
    private NodeKeys keys;
    private NodeAdmission admission;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    NodeTables(RadioLimits limits, KeyTable keyTable, DirectMessages directMessages) {
        this.limits = limits;
        this.keyTable = keyTable;
        this.directMessages = directMessages;
    }

    @Override
    public void init(ProcessorContext<String, NodeChange> context) {
        super.init(context);
        seen = new SeenPackets(context.getStateStore(SEEN));
        nodes = new KnownNodes(context.getStateStore(NODES));
        edges = context.getStateStore(EDGES);
        KeyValueStore<String, KeyFacts> facts = context.getStateStore(KEYS);
        keys = new NodeKeys(keyTable, facts);
        admission = new NodeAdmission(limits, context.getStateStore(ADMITTED));
    }

    @Override
    public void process(Record<String, NodeObservation> record) {
        NodeObservation observation = record.value();
        NodeChange.Builder change;
        if (observation.getClaim() != null) {
            change = NodeChange.Builder.uncounted();
            keys.claimed(observation, observation.getClaim(), change);
        } else {
            change = NodeChange.Builder.of(observation).count(Counters.FRAMES);
            if (observation.getPacket() == null) {
                nodeInfo(record.key(), observation, Objects.requireNonNull(observation.getNodeInfo()), change);
            } else if (observation.getReplayed()) {
                change.count(Counters.CONFIG_FRAMES);
                content(record.key(), observation, observation.getPacket(), NodeFacts.Origin.LISTING, change);
            } else {
                packet(record.key(), observation, observation.getPacket(), change);
            }
        }
        context().forward(record.withValue(change.build()));
    }

    private void packet(String key, NodeObservation observation, RadioPacket received, NodeChange.Builder change) {
        RadioPacket packet = directMessages.isFor(received)
                ? directMessages.open(received, keys.all(observation)).orElse(received)
                : received;
        boolean readable = packet.getData() != null;
        SeenPackets.News news = seen.add(key, packet, readable);
        change.count(news.first() ? Counters.PACKETS : Counters.DUPLICATES);
        if (news.heard()) {
            change.reception(new RadioReception(
                    packet.getNetwork(), packet.getFrom(), packet.getId(), news.first(), packet.getReception()));
        }
        if (news.first()) {
            change.packet(packet);
            if (!readable) {
                change.count(Counters.UNDECRYPTED);
            }
        }
        if (news.first() || news.readFirst()) {
            boolean known = content(
                    key,
                    observation,
                    packet,
                    news.first() ? NodeFacts.Origin.PACKET : NodeFacts.Origin.PACKET_AGAIN,
                    change);
            if (known && !readable) {
                needed(observation, packet, change);
            }
        } else if (readable && news.heard()) {
            keys.repeated(observation, NodeFacts.publicKey(packet), source(observation), change);
        }
    }

    /** Only messages to us are of interest, and only those that are not a broadcast. */
    private void needed(NodeObservation observation, RadioPacket packet, NodeChange.Builder change) {
        boolean canOpen = directMessages.isFor(packet);
        if (!canOpen && !observation.getToOwnNode()) {
            return;
        }
        if (!packet.getPkiEncrypted()) {
            keys.needed(observation, "a direct message is encrypted for a channel whose key is not known here", change);
        } else if (keys.all(observation).isEmpty()) {
            keys.needed(observation, "a direct message came, and no key of its sender is known", change);
        } else if (canOpen) {
            keys.needed(observation, "no known key of its sender opens a direct message", change);
        } else {
            keys.needed(
                    observation,
                    "the radio could not read a direct message: it lacks the sender's key, or the sender has not ours",
                    change);
        }
    }

    private void nodeInfo(String key, NodeObservation observation, ByteBuffer bytes, NodeChange.Builder change) {
        NodeInfo info;
        try {
            info = NodeInfo.parseFrom(ByteString.copyFrom(bytes.duplicate()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("decoding let through a NodeInfo that is none", e);
        }
        change.count(Counters.CONFIG_FRAMES);
        if (update(key, observation, NodeFacts.of(info, observation), change)) {
            keys.see(
                    observation,
                    info.getUser().getPublicKey(),
                    observation.getImported() ? KeySource.IMPORT : KeySource.RADIO_NODEDB,
                    info.getKeyManuallyVerified() && observation.getFromRadio(),
                    change);
        }
    }

    /** Returns whether the tables have the node. */
    private boolean content(
            String key,
            NodeObservation observation,
            RadioPacket packet,
            NodeFacts.Origin origin,
            NodeChange.Builder change) {
        NodeFacts.Content content = NodeFacts.Content.NONE;
        List<EdgeReports.Edge> reported = List.of();
        try {
            content = NodeFacts.content(packet);
            reported = EdgeReports.of(packet);
        } catch (InvalidProtocolBufferException e) {
            change.rejected(observation, RejectReason.CONTENT_UNDECODABLE, Objects.requireNonNull(packet.getData()));
        }
        if (!update(key, observation, NodeFacts.of(packet, content, origin), change)) {
            return false;
        }
        keys.see(observation, content.user().getPublicKey(), source(observation), false, change);
        openedByRadio(observation, packet, change);
        if (origin != NodeFacts.Origin.LISTING) {
            reports(key, observation, packet, content, reported, change);
        }
        return true;
    }

    private static KeySource source(NodeObservation observation) {
        return observation.getOverMqtt() ? KeySource.PACKET_MQTT : KeySource.PACKET_RADIO;
    }

    /** The radio has opened a direct message with this key, so its sender has the other half. */
    private void openedByRadio(NodeObservation observation, RadioPacket packet, NodeChange.Builder change) {
        if (observation.getFromRadio()
                && packet.getPkiEncrypted()
                && packet.getEncryption() == PacketEncryption.NONE
                && packet.getPublicKey() != null) {
            ByteString key = ByteString.copyFrom(packet.getPublicKey().duplicate());
            keys.see(observation, key, KeySource.RADIO_PKI, false, change);
        }
    }

    private void reports(
            String key,
            NodeObservation observation,
            RadioPacket packet,
            NodeFacts.Content content,
            List<EdgeReports.Edge> reported,
            NodeChange.Builder change) {
        if (content.telemetry() != null) {
            DeviceMetrics metrics = content.metrics();
            boolean measured = !metrics.equals(DeviceMetrics.getDefaultInstance());
            change.telemetry(new RadioTelemetry(
                    packet.getNetwork(),
                    packet.getFrom(),
                    packet.getId(),
                    content.telemetry(),
                    measured ? NodeUpdate.metricsOf(metrics) : null,
                    observation.getEvidence()));
        }
        if (!reported.isEmpty()) {
            RadioEdges now = EdgeUpdate.apply(
                    edges.get(key), packet.getNetwork(), packet.getFrom(), reported, observation.getReceivedAtMs());
            edges.put(key, now);
            change.edges(now);
        }
    }

    private boolean update(String key, NodeObservation observation, NodeFacts facts, NodeChange.Builder change) {
        RadioNode known = nodes.node(key);
        if (known == null && !isAdmitted(observation, change)) {
            return false;
        }
        RadioNode node = NodeUpdate.apply(known, observation, facts);
        if (!node.equals(known)) {
            nodes.put(key, node);
            change.node(node);
        }
        return true;
    }

    private boolean isAdmitted(NodeObservation observation, NodeChange.Builder change) {
        NodeAdmission.Answer answer =
                admission.admit(observation.getNetwork(), observation.getLink(), observation.getReceivedAtMs());
        if (answer == NodeAdmission.Answer.ADMITTED) {
            return true;
        }
        change.count(Counters.TURNED_AWAY);
        if (answer == NodeAdmission.Answer.TURNED_AWAY) {
            change.alert(Alerts.tooManyNodes(observation));
        }
        return false;
    }
}
