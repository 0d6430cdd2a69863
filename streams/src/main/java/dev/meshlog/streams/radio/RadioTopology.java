package dev.meshlog.streams.radio;

import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.KeyHolding;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.RadioAlert;
import dev.meshlog.schemas.radio.RejectedFrame;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.jspecify.annotations.Nullable;

/**
 * From frames to packets, nodes, keys, alerts and counters.
 *
 * <pre>
 *   radio.frames (by link) ─ decode ─┬─ observations (by node) ─┬─ tables ─┬─> radio.packets, .receptions, .nodes, .pubkeys,
 *                                    │                          │          │   .telemetry, .edges, .key-events, .alerts
 *   radio.key-decisions (by node) ───┼──────────────────────────┘          ├─ holdings (by key) ─ share ─┬─> radio.key-events, .alerts
 *                                    │                          ^          │                             │
 *                                    │                          └──────────┼────────── claims ───────────┘
 *                                    ├─> radio.rejected <──────────────────┤
 *                                    └─ outcomes (by link)                 └─ outcomes (by link)
 *                                           └───────── count ─────────────────────┘
 *   radio.rejected (by link, from ingest) ───────────────┘
 *                                                        └─> radio.links ─ alert ─> radio.alerts
 * </pre>
 *
 * Every frame gives exactly one outcome, from wherever its fate is decided: so the counters of a link add up although duplicates are
 * only noticed behind the repartitioning by node. Claims go back through the topic of the observations, as one of them.
 */
public final class RadioTopology implements Supplier<Topology> {
    private static final String OBSERVATIONS = "observations";
    private static final String CLAIMS = "claims";

    private final RadioSettings settings;

    public RadioTopology(RadioSettings settings) {
        this.settings = settings;
    }

    @Override
    public Topology get() {
        var builder = new StreamsBuilder();
        KStream<String, Decoded> decoded = source(builder, Topics.FRAMES, "frames")
                .process(new FrameDecodingSupplier(settings.channels()), Named.as("decode-frame"));
        to(each(decoded, "rejected-frame", frame -> maybe(frame.rejected())), Topics.RADIO_REJECTED, "rejected-frames");

        KStream<String, NodeChange> changes = changes(builder, decoded);
        tables(changes);
        KStream<String, KeySharing.Note> notes = each(changes, "holding", NodeChange::holdings)
                .selectKey((node, holding) -> holding.getNetwork() + "/" + Hex.of(holding.getKey()), Named.as("by-key"))
                .repartition(repartitioned("key-holdings", KeyHolding.SCHEMA$, Topics.PUBKEYS.partitions()))
                .process(new KeySharingSupplier(), Named.as("share-key"));
        to(each(notes, "shared-key", note -> maybe(note.event())), Topics.KEY_EVENTS, "shared-keys");
        alerts(
                each(notes, "shared-key-alert", note -> note.event() == null ? List.of() : Alerts.of(note.event())),
                "sharing");
        each(notes, CLAIMS, note -> maybe(note.claim()));

        count(builder, decoded, changes);
        alerts(
                source(builder, Topics.LINKS, "links").flatMapValues(Alerts::ofLinkEvent, Named.as("link-alert")),
                "link");

        return builder.build()
                .addSink(
                        "claims-sink",
                        OBSERVATIONS + "-repartition",
                        Serdes.String().serializer(),
                        RadioTopology.<NodeObservation>serde(NodeObservation.SCHEMA$)
                                .serializer(),
                        CLAIMS);
    }

    private KStream<String, NodeChange> changes(StreamsBuilder builder, KStream<String, Decoded> decoded) {
        var keyTable = new KeyTable(LowEntropyKeys.load(), settings.limits().newKeysPerHour());
        KStream<String, NodeChange> seen = each(decoded, "observation", frame -> maybe(frame.observation()))
                .selectKey(
                        (link, observation) -> NodeNumber.key(observation.getNetwork(), observation.getNode()),
                        Named.as("by-node"))
                .repartition(repartitioned(OBSERVATIONS, NodeObservation.SCHEMA$, Topics.NODES.partitions()))
                .process(new NodeTablesSupplier(settings, keyTable), Named.as("update-node"));
        KStream<String, NodeChange> decided = source(builder, Topics.KEY_DECISIONS, "key-decisions")
                .process(() -> new KeyDeciding(keyTable), Named.as("decide-key"), NodeTables.KEYS);
        return seen.merge(decided, Named.as("changes"));
    }

    private static void tables(KStream<String, NodeChange> changes) {
        to(each(changes, "first-reception", change -> maybe(change.packet())), Topics.PACKETS, "packets");
        to(each(changes, "reception", change -> maybe(change.reception())), Topics.RECEPTIONS, "receptions");
        to(each(changes, "changed-node", change -> maybe(change.node())), Topics.NODES, "nodes");
        to(
                each(
                        changes,
                        "changed-key",
                        change -> change.key() == null
                                ? List.of()
                                : Collections.singletonList(change.key().entry())),
                Topics.PUBKEYS,
                "public-keys");
        to(each(changes, "measurement", change -> maybe(change.telemetry())), Topics.TELEMETRY, "telemetry");
        to(each(changes, "changed-edges", change -> maybe(change.edges())), Topics.EDGES, "edges");
        to(each(changes, "key-event", NodeChange::keyEvents), Topics.KEY_EVENTS, "key-events");
        alerts(
                each(
                        changes,
                        "key-alert",
                        change -> change.keyEvents().stream()
                                .flatMap(event -> Alerts.of(event).stream())
                                .toList()),
                "key");
        alerts(each(changes, "node-alert", NodeChange::alerts), "node");
        KStream<String, RejectedFrame> parts = each(changes, "rejected-part", NodeChange::rejected)
                .selectKey((node, rejected) -> rejected.getLink(), Named.as("rejected-part-by-link"));
        to(parts, Topics.RADIO_REJECTED, "rejected-parts");
    }

    private static void count(
            StreamsBuilder builder, KStream<String, Decoded> decoded, KStream<String, NodeChange> changes) {
        KStream<String, FrameOutcome> ofFrames = each(decoded, "outcome-of-frame", frame -> maybe(frame.outcome()))
                .repartition(outcomes("outcomes-of-frames"));
        KStream<String, FrameOutcome> ofObservations = each(
                        changes, "outcome-of-observation", change -> maybe(change.outcome()))
                .selectKey((node, outcome) -> outcome.getLink(), Named.as("by-link"))
                .repartition(outcomes("outcomes-of-observations"));
        KStream<String, FrameOutcome> ofRefusals = source(builder, Topics.RADIO_REJECTED, "rejected")
                .flatMapValues(Refusals::outcome, Named.as("refused-by-ingest"));
        to(
                ofFrames.merge(ofObservations, Named.as("outcomes"))
                        .merge(ofRefusals, Named.as("outcomes-and-refusals"))
                        .process(new LinkCountersSupplier(), Named.as("count")),
                Topics.LINKS,
                "link-counters");
    }

    /** As bytes: what others wrote, or another version, must not stop it. */
    private static KStream<String, byte[]> source(StreamsBuilder builder, Topic<String, ?> topic, String name) {
        return builder.stream(
                topic.name(), Consumed.with(topic.keys(), Serdes.ByteArray()).withName(name));
    }

    private static <T, R> KStream<String, R> each(KStream<String, T> stream, String name, Function<T, List<R>> part) {
        return stream.flatMapValues(part::apply, Named.as(name));
    }

    private static <T> void to(KStream<String, T> stream, Topic<String, T> topic, String name) {
        stream.to(topic.name(), Produced.with(topic.keys(), topic.values()).withName(name + "-sink"));
    }

    private static void alerts(KStream<String, RadioAlert> alerts, String name) {
        to(
                alerts.peek((key, alert) -> Alerts.count(alert), Named.as("count-" + name + "-alerts")),
                Topics.ALERTS,
                name + "-alerts");
    }

    private static <T> List<T> maybe(@Nullable T value) {
        return value == null ? List.of() : List.of(value);
    }

    private static Repartitioned<String, FrameOutcome> outcomes(String name) {
        return repartitioned(name, FrameOutcome.SCHEMA$, Topics.LINKS.partitions());
    }

    private static <T extends SpecificRecordBase> Repartitioned<String, T> repartitioned(
            String name, Schema schema, int partitions) {
        Serde<T> values = serde(schema);
        return Repartitioned.with(Serdes.String(), values).withName(name).withNumberOfPartitions(partitions);
    }

    /** For the values of internal topics; those of the catalogue bring theirs along. */
    static <T extends SpecificRecordBase> Serde<T> serde(Schema schema) {
        return new AvroSerde<>(new SingleObject<T>(schema, Topics.WRITERS));
    }
}
