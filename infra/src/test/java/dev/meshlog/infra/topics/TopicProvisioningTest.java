package dev.meshlog.infra.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.broker.EmbeddedBroker;
import dev.meshlog.infra.topics.TopicProvisioning.Drift;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.SchemaStore;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.LinkEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by open
class TopicProvisioningTest {
    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private Cluster cluster;
    private Admin admin;

    @BeforeEach
    void open() {
        broker = EmbeddedBroker.start(directory, Uuid.randomUuid().toString(), 0);
        cluster = Cluster.at(broker.bootstrapServers());
        admin = cluster.admin();
    }

    @AfterEach
    void close() {
        admin.close();
        broker.close();
    }

    @Test
    void everythingIsMadeOnceAndDriftIsMended() throws Exception {
        var provisioning = new TopicProvisioning(admin);
        assertThat(new TopicListing(admin).rows())
                .hasSameSizeAs(Topics.all())
                .allMatch(row -> !row.exists() && row.offsets() == 0);
        assertThat(provisioning.apply()).extracting(Drift::topic).containsExactlyElementsOf(names());
        await().untilAsserted(() ->
                assertThat(admin.listTopics().names().get()).containsExactlyInAnyOrderElementsOf(names()));
        await().untilAsserted(() -> assertThat(provisioning.diff()).isEmpty());
        assertThat(provisioning.apply()).isEmpty();

        set(Topics.FRAMES.name(), "retention.ms", "1000");
        set(Topics.NODES.name(), "cleanup.policy", "delete");
        set(Topics.NODES.name(), "segment.ms", "60000"); // not in the catalogue: the operator's own affair
        // The broker follows the controller a moment later.
        await().untilAsserted(() -> assertThat(provisioning.diff())
                .containsExactly(
                        new Drift(Topics.FRAMES.name(), "retention.ms", "2592000000", "1000"),
                        new Drift(Topics.NODES.name(), "cleanup.policy", "compact", "delete")));
        assertThat(provisioning.apply()).hasSize(2);
        await().untilAsserted(() -> assertThat(provisioning.diff()).isEmpty());

        admin.deleteTopics(List.of(Topics.EVENTS.name())).all().get();
        var missing = new Drift(Topics.EVENTS.name(), "topic", "there", "missing");
        await().untilAsserted(() -> assertThat(provisioning.diff()).containsExactly(missing));
        assertThat(provisioning.apply()).containsExactly(missing);
        await().untilAsserted(() -> assertThat(provisioning.diff()).isEmpty());
    }

    @Test
    void wrongNumberOfPartitionsIsRefusedBeforeAnythingIsChanged() throws Exception {
        admin.createTopics(List.of(new NewTopic(Topics.FRAMES.name(), Optional.of(2), Optional.empty())))
                .all()
                .get();
        var provisioning = new TopicProvisioning(admin);
        assertThatThrownBy(provisioning::apply)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("topic radio.frames has 2 partitions, the catalogue says 6");
        assertThat(admin.listTopics().names().get()).containsExactly(Topics.FRAMES.name());
    }

    @Test
    void listingCountsWhatIsThere() throws Exception {
        new TopicProvisioning(admin).apply();
        new SchemaTopic(cluster).publish();
        new SchemaTopic(cluster).publish();
        List<TopicListing.Row> rows = new TopicListing(admin).rows();
        assertThat(rows).extracting(TopicListing.Row::topic).containsExactlyElementsOf(names());
        assertThat(rows).allMatch(TopicListing.Row::exists);
        TopicListing.Row schemas = rows.get(0);
        assertThat(schemas.offsets()).isEqualTo(Topics.valueSchemas().size());
        assertThat(schemas.bytes()).isPositive();
        assertThat(rows.subList(1, rows.size())).allMatch(row -> row.offsets() == 0 && row.bytes() == 0);
    }

    /** A newer version wrote a record before its schema is known here. */
    @Test
    void recordOfAnUnknownSchemaIsDecodedOnceTheSchemaAppears() throws Exception {
        new TopicProvisioning(admin).apply();
        new SchemaTopic(cluster).publish();
        Schema later = laterLinkEvent();
        String fingerprint = SchemaStore.text(SchemaStore.fingerprint(later));
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<>(Topics.LINKS.name(), "link", encoded(later)))
                    .get();
            assertThatThrownBy(this::links)
                    .hasRootCauseInstanceOf(MalformedRecordException.class)
                    .hasStackTraceContaining(fingerprint);
            producer.send(new ProducerRecord<>(
                            Topics.SCHEMAS.name(), fingerprint, later.toString().getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
        await().ignoreExceptions()
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(
                        () -> assertThat(links()).extracting(LinkEvent::getLink).containsExactly("link"));
    }

    private List<LinkEvent> links() {
        var events = new ArrayList<LinkEvent>();
        TopicReader.readAll(cluster, Topics.LINKS, rec -> events.add(rec.value()));
        return events;
    }

    /** The schema of today with a field more. */
    private static Schema laterLinkEvent() {
        Schema today = LinkEvent.getClassSchema();
        var fields = new ArrayList<Schema.Field>();
        today.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("weather", Schema.create(Schema.Type.STRING), null, "fine"));
        return Schema.createRecord(today.getName(), today.getDoc(), today.getNamespace(), false, fields);
    }

    private static byte[] encoded(Schema schema) throws IOException {
        var rec = new GenericData.Record(schema);
        rec.put("network", "net");
        rec.put("link", "link");
        rec.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "OPENED"));
        rec.put("counters", Map.of());
        rec.put("facts", Map.of());
        rec.put("atMs", Instant.EPOCH.toEpochMilli());
        rec.put("weather", "rain");
        var out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0xC3, 0x01});
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(SchemaStore.fingerprint(schema))
                .array());
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(rec, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private void set(String topic, String name, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static List<String> names() {
        return Topics.all().stream().map(topic -> topic.name()).toList();
    }
}
