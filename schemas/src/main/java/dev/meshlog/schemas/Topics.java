package dev.meshlog.schemas;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.DELETE_RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;

import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.InstalledPart;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import dev.meshlog.schemas.ledger.LedgerEvent;
import dev.meshlog.schemas.ledger.MissingVertex;
import dev.meshlog.schemas.ledger.PeerRecord;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.ReaderLease;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.ledger.SnapshotRequest;
import dev.meshlog.schemas.ledger.TransactionResult;
import dev.meshlog.schemas.ledger.ValidatorTable;
import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KeyHolders;
import dev.meshlog.schemas.radio.KeyHolding;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioAlert;
import dev.meshlog.schemas.radio.RadioEdges;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.schemas.radio.RadioReception;
import dev.meshlog.schemas.radio.RadioTelemetry;
import dev.meshlog.schemas.radio.RejectedFrame;
import dev.meshlog.schemas.radio.SentMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.Serdes;

/** Every topic of Meshlog. The topics of one cluster are these and the internal ones of Kafka Streams, no others. */
public final class Topics {
    private static final String NODE = "network/!node";
    private static final String LINK = "link name";
    private static final String PRODUCER = "producer, hex";
    private static final String INGEST = "ingest";
    private static final String RADIO = "streams radio";
    private static final String LEDGER = "streams ledger";
    private static final String SNAPSHOTTER = "snapshotter";
    private static final String REPLAYER = "replayer";
    private static final String CLIENTS = "clients";
    private static final String PEOPLE = "queries";

    /** Largest record of a topic that carries chunks or the changes of a commit. */
    public static final int LARGE_RECORD_BYTES = 16 << 20;

    /** Of the one record that counts in {@code ledger.validators}. */
    public static final String VALIDATORS_KEY = "open epochs";

    /** Of the records of {@code ledger.vertices.verified} that are no vertices, but parts of a state that was installed. */
    public static final String INSTALLED_KEY = "installed state";

    /** Writer schemas of all records of these topics. */
    public static final SchemaStore WRITERS = new SchemaStore();

    public static final Topic<String, String> SCHEMAS = new Topic<>(
            "meshlog.schemas",
            "fingerprint, hex",
            "schema, JSON text",
            Serdes.String(),
            Serdes.String(),
            1,
            compacted(),
            List.of("every writer"),
            List.of("every reader"));

    public static final Topic<String, RadioFrame> FRAMES =
            topic("radio.frames", LINK, RadioFrame.SCHEMA$, 6, kept(30), List.of(INGEST), List.of(INGEST, RADIO));
    public static final Topic<String, RadioPacket> PACKETS =
            topic("radio.packets", NODE, RadioPacket.SCHEMA$, 6, kept(30), List.of(RADIO), List.of(INGEST, PEOPLE));
    public static final Topic<String, RadioNode> NODES =
            topic("radio.nodes", NODE, RadioNode.SCHEMA$, 6, compacted(), List.of(RADIO), List.of(INGEST, PEOPLE));
    public static final Topic<String, PublicKeyEntry> PUBKEYS = topic(
            "radio.pubkeys", NODE, PublicKeyEntry.SCHEMA$, 6, compacted(), List.of(RADIO), List.of(INGEST, PEOPLE));
    public static final Topic<String, KeyEvent> KEY_EVENTS =
            topic("radio.key-events", NODE, KeyEvent.SCHEMA$, 6, kept(90), List.of(RADIO), List.of(PEOPLE));
    public static final Topic<String, LinkEvent> LINKS =
            topic("radio.links", LINK, LinkEvent.SCHEMA$, 6, kept(90), List.of(INGEST, RADIO), List.of(RADIO, PEOPLE));
    public static final Topic<String, RejectedFrame> RADIO_REJECTED = topic(
            "radio.rejected",
            LINK,
            RejectedFrame.SCHEMA$,
            6,
            kept(90),
            List.of(INGEST, RADIO),
            List.of(INGEST, RADIO, PEOPLE));

    /** Every reception of a packet, where {@link #PACKETS} has only the first. */
    public static final Topic<String, RadioReception> RECEPTIONS =
            topic("radio.receptions", NODE, RadioReception.SCHEMA$, 6, kept(30), List.of(RADIO), List.of(PEOPLE));

    public static final Topic<String, RadioTelemetry> TELEMETRY =
            topic("radio.telemetry", NODE, RadioTelemetry.SCHEMA$, 6, kept(30), List.of(RADIO), List.of(PEOPLE));
    public static final Topic<String, RadioEdges> EDGES =
            topic("radio.edges", NODE, RadioEdges.SCHEMA$, 6, compacted(), List.of(RADIO), List.of(PEOPLE));
    public static final Topic<String, RadioAlert> ALERTS = topic(
            "radio.alerts",
            "network/!node, or link name",
            RadioAlert.SCHEMA$,
            6,
            kept(90),
            List.of(RADIO),
            List.of(PEOPLE));

    /** The one radio topic that nothing can derive again, besides the frames. */
    public static final Topic<String, KeyDecision> KEY_DECISIONS =
            topic("radio.key-decisions", NODE, KeyDecision.SCHEMA$, 6, keptForEver(), List.of(PEOPLE), List.of(RADIO));

    /** What the operator asks for goes the same way as what becomes of it. */
    public static final Topic<String, KeyPush> KEY_PUSHES = topic(
            "radio.key-pushes", LINK, KeyPush.SCHEMA$, 6, kept(90), List.of(INGEST, PEOPLE), List.of(INGEST, PEOPLE));

    public static final Topic<String, SentMessage> SENT =
            topic("radio.sent", LINK, SentMessage.SCHEMA$, 6, kept(90), List.of(INGEST), List.of(PEOPLE));

    public static final Topic<String, SignedVertex> VERTICES =
            topic("ledger.vertices", PRODUCER, SignedVertex.SCHEMA$, 6, kept(1), List.of(LEDGER), List.of(LEDGER));
    public static final Topic<String, SignedVertex> VERIFIED = topic(
            "ledger.vertices.verified",
            "producer, hex, or `" + INSTALLED_KEY + "`",
            SignedVertex.SCHEMA$,
            1,
            large(keptForEver()),
            List.of(LEDGER, REPLAYER),
            List.of(INGEST, LEDGER, REPLAYER));
    public static final Topic<String, MissingVertex> MISSING = topic(
            "ledger.vertices.missing",
            "vertex id, hex",
            MissingVertex.SCHEMA$,
            1,
            kept(1),
            List.of(LEDGER),
            List.of(INGEST));
    public static final Topic<String, ValidatorTable> VALIDATORS = topic(
            "ledger.validators",
            "`" + VALIDATORS_KEY + "`",
            ValidatorTable.SCHEMA$,
            1,
            compacted(),
            List.of(LEDGER, REPLAYER),
            List.of(INGEST, LEDGER));
    public static final Topic<String, SignedTransaction> TRANSACTIONS = topic(
            "ledger.transactions",
            "sender, hex",
            SignedTransaction.SCHEMA$,
            6,
            kept(1),
            List.of(INGEST, CLIENTS),
            List.of(LEDGER));
    public static final Topic<String, CommitRecord> COMMITS = topic(
            "ledger.commits",
            "commit index",
            CommitRecord.SCHEMA$,
            1,
            keptForEver(),
            List.of(LEDGER),
            List.of(LEDGER, SNAPSHOTTER, REPLAYER, PEOPLE));
    public static final Topic<String, CommitChanges> CHANGES = topic(
            "ledger.changes",
            "commit index",
            CommitChanges.SCHEMA$,
            1,
            large(kept(7)),
            List.of(LEDGER),
            List.of(SNAPSHOTTER));
    public static final Topic<String, TransactionResult> RESULTS = topic(
            "ledger.results",
            "transaction id, hex",
            TransactionResult.SCHEMA$,
            1,
            kept(30),
            List.of(LEDGER),
            List.of(REPLAYER, PEOPLE));
    public static final Topic<String, LedgerCertificate> CERTIFICATES = topic(
            "ledger.certificates",
            "checkpoint index",
            LedgerCertificate.SCHEMA$,
            1,
            kept(30),
            List.of(LEDGER),
            List.of(SNAPSHOTTER, REPLAYER, PEOPLE));
    public static final Topic<String, RejectedInput> LEDGER_REJECTED = topic(
            "ledger.rejected",
            PRODUCER,
            RejectedInput.SCHEMA$,
            1,
            kept(90),
            List.of(LEDGER, REPLAYER),
            List.of(PEOPLE));
    public static final Topic<String, LedgerEvent> EVENTS =
            topic("ledger.events", PRODUCER, LedgerEvent.SCHEMA$, 1, kept(90), List.of(LEDGER), List.of(PEOPLE));
    public static final Topic<String, PublishedSnapshot> MANIFESTS = topic(
            "ledger.snapshots.manifests",
            "manifest hash, hex",
            PublishedSnapshot.SCHEMA$,
            1,
            large(compacted()),
            List.of(INGEST, SNAPSHOTTER, REPLAYER),
            List.of(INGEST, SNAPSHOTTER, REPLAYER, PEOPLE));
    public static final Topic<String, SnapshotChunk> CHUNKS = topic(
            "ledger.snapshots.chunks",
            "chunk id, hex",
            SnapshotChunk.SCHEMA$,
            3,
            large(compacted()),
            List.of(INGEST, SNAPSHOTTER),
            List.of(INGEST, SNAPSHOTTER, REPLAYER, PEOPLE));
    public static final Topic<String, ReaderLease> READERS = topic(
            "ledger.snapshots.readers",
            "reader",
            ReaderLease.SCHEMA$,
            1,
            compacted(),
            List.of(INGEST, REPLAYER, PEOPLE),
            List.of(SNAPSHOTTER));
    public static final Topic<String, SnapshotRequest> REQUESTS = topic(
            "ledger.snapshots.requests",
            "who asks",
            SnapshotRequest.SCHEMA$,
            1,
            kept(1),
            List.of(PEOPLE),
            List.of(SNAPSHOTTER));

    public static final Topic<String, PeerRecord> PEERS = topic(
            "ledger.peers",
            "public key, hex, or address",
            PeerRecord.SCHEMA$,
            1,
            compacted(),
            List.of(INGEST),
            List.of(PEOPLE));

    /** Values under {@link #INSTALLED_KEY}. */
    public static final SingleObject<InstalledPart> INSTALLED = installed();

    private static final List<Topic<String, ?>> ALL = List.of(
            SCHEMAS,
            FRAMES,
            PACKETS,
            NODES,
            PUBKEYS,
            KEY_EVENTS,
            LINKS,
            RADIO_REJECTED,
            RECEPTIONS,
            TELEMETRY,
            EDGES,
            ALERTS,
            KEY_DECISIONS,
            KEY_PUSHES,
            SENT,
            VERTICES,
            VERIFIED,
            MISSING,
            VALIDATORS,
            TRANSACTIONS,
            COMMITS,
            CHANGES,
            RESULTS,
            CERTIFICATES,
            LEDGER_REJECTED,
            EVENTS,
            MANIFESTS,
            CHUNKS,
            READERS,
            REQUESTS,
            PEERS);

    private Topics() {}

    /** The catalogue, in the order of its table. */
    public static List<Topic<String, ?>> all() {
        return ALL;
    }

    /** Values of topics and stores that Kafka Streams makes for itself; they outlive an upgrade like all others. */
    private static final List<Schema> INTERNAL = List.of(
            FrameOutcome.SCHEMA$, NodeObservation.SCHEMA$, KeyFacts.SCHEMA$, KeyHolding.SCHEMA$, KeyHolders.SCHEMA$);

    private static SingleObject<InstalledPart> installed() {
        WRITERS.add(InstalledPart.SCHEMA$);
        return new SingleObject<>(InstalledPart.SCHEMA$, WRITERS);
    }

    /** Schemas of all values, for {@code meshlog.schemas}. */
    public static List<Schema> valueSchemas() {
        Stream<Schema> catalogue = ALL.stream()
                .filter(topic -> topic.values() instanceof AvroSerde<?>)
                .map(topic -> ((AvroSerde<?>) topic.values()).codec().schema());
        return Stream.of(catalogue, INTERNAL.stream(), Stream.of(INSTALLED.schema()))
                .flatMap(each -> each)
                .distinct()
                .toList();
    }

    private static <T extends SpecificRecordBase> Topic<String, T> topic(
            String name,
            String keyText,
            Schema schema,
            int partitions,
            Map<String, String> configs,
            List<String> writers,
            List<String> readers) {
        WRITERS.add(schema);
        return new Topic<>(
                name,
                keyText,
                schema.getName(),
                Serdes.String(),
                new AvroSerde<>(new SingleObject<T>(schema, WRITERS)),
                partitions,
                configs,
                writers,
                readers);
    }

    private static Map<String, String> kept(int days) {
        return Map.of(
                CLEANUP_POLICY_CONFIG,
                "delete",
                RETENTION_MS_CONFIG,
                Long.toString(Duration.ofDays(days).toMillis()));
    }

    private static Map<String, String> keptForEver() {
        return Map.of(CLEANUP_POLICY_CONFIG, "delete", RETENTION_MS_CONFIG, "-1");
    }

    /** A reader that was away for a week still sees every tombstone. */
    private static Map<String, String> compacted() {
        return Map.of(
                CLEANUP_POLICY_CONFIG,
                "compact",
                DELETE_RETENTION_MS_CONFIG,
                Long.toString(Duration.ofDays(7).toMillis()));
    }

    private static Map<String, String> large(Map<String, String> configs) {
        var all = new java.util.HashMap<>(configs);
        all.put(MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGE_RECORD_BYTES));
        return all;
    }
}
