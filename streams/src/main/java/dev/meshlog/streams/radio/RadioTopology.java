package dev.meshlog.streams.radio;

import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.RejectedFrame;
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
 * From frames to packets, nodes, keys and counters.
 *
 * <pre>
 *   radio.frames (by link) ─ decode ─┬─ observations (by node) ─ tables ─┬─> radio.packets, .nodes, .pubkeys, .key-events
 *                                    │                                   ├─> radio.rejected
 *                                    ├─> radio.rejected                  │
 *                                    └─ outcomes (by link)               └─ outcomes (by link)
 *                                           └───────── count ─────────────────────┘
 *   radio.rejected (by link, from ingest) ───────────────┘
 *                                                        └─> radio.links
 * </pre>
 *
 * Every frame gives exactly one outcome, from wherever its fate is decided: so the counters of a link add up although duplicates are
 * only noticed behind the repartitioning by node.
 */
public final class RadioTopology implements Supplier<Topology> {
    private final ChannelKeys channels;

    public RadioTopology(ChannelKeys channels) {
        this.channels = channels;
    }

    @Override
    public Topology get() {
        var builder = new StreamsBuilder();
        KStream<String, Decoded> decoded = builder.stream(
                        Topics.FRAMES.name(),
                        Consumed.with(Topics.FRAMES.keys(), Serdes.ByteArray()).withName("frames"))
                .process(() -> new FrameDecoding(channels), Named.as("decode-frame"));
        to(each(decoded, "rejected-frame", frame -> maybe(frame.rejected())), Topics.RADIO_REJECTED, "rejected-frames");

        KStream<String, NodeChange> changes = each(decoded, "observation", frame -> maybe(frame.observation()))
                .selectKey((link, seen) -> NodeNumber.key(seen.getNetwork(), seen.getNode()), Named.as("by-node"))
                .repartition(repartitioned("observations", NodeObservation.SCHEMA$, Topics.NODES.partitions()))
                .process(new NodeTablesSupplier(), Named.as("update-node"));
        to(each(changes, "first-reception", change -> maybe(change.packet())), Topics.PACKETS, "packets");
        to(each(changes, "changed-node", change -> maybe(change.node())), Topics.NODES, "nodes");
        to(each(changes, "changed-key", change -> maybe(change.key())), Topics.PUBKEYS, "public-keys");
        to(each(changes, "key-event", NodeChange::keyEvents), Topics.KEY_EVENTS, "key-events");
        KStream<String, RejectedFrame> parts = each(changes, "rejected-part", NodeChange::rejected)
                .selectKey((node, rejected) -> rejected.getLink(), Named.as("rejected-part-by-link"));
        to(parts, Topics.RADIO_REJECTED, "rejected-parts");

        KStream<String, FrameOutcome> ofFrames = each(decoded, "outcome-of-frame", frame -> maybe(frame.outcome()))
                .repartition(outcomes("outcomes-of-frames"));
        KStream<String, FrameOutcome> ofObservations = each(
                        changes, "outcome-of-observation", change -> List.of(change.outcome()))
                .selectKey((node, outcome) -> outcome.getLink(), Named.as("by-link"))
                .repartition(outcomes("outcomes-of-observations"));
        KStream<String, FrameOutcome> ofRefusals = builder.stream(
                        Topics.RADIO_REJECTED.name(),
                        Consumed.with(Topics.RADIO_REJECTED.keys(), Serdes.ByteArray())
                                .withName("rejected"))
                .flatMapValues(Refusals::outcome, Named.as("refused-by-ingest"));
        to(
                ofFrames.merge(ofObservations, Named.as("outcomes"))
                        .merge(ofRefusals, Named.as("outcomes-and-refusals"))
                        .process(new LinkCountersSupplier(), Named.as("count")),
                Topics.LINKS,
                "link-counters");
        return builder.build();
    }

    private static <T, R> KStream<String, R> each(KStream<String, T> stream, String name, Function<T, List<R>> part) {
        return stream.flatMapValues(part::apply, Named.as(name));
    }

    private static <T> void to(KStream<String, T> stream, Topic<String, T> topic, String name) {
        stream.to(topic.name(), Produced.with(topic.keys(), topic.values()).withName(name + "-sink"));
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
    private static <T extends SpecificRecordBase> Serde<T> serde(Schema schema) {
        return new AvroSerde<>(new SingleObject<T>(schema, Topics.WRITERS));
    }
}
