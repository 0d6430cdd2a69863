package dev.meshlog.schemas.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Bytes120;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.RandomRecords;
import dev.meshlog.schemas.SchemaStore;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.ledger.TransactionBody;
import dev.meshlog.schemas.ledger.VertexBody;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.RadioFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
    private static final Bytes32 KEY = new Bytes32(bytes(32, 0xab));
    private static final Bytes64 SIGNATURE = new Bytes64(bytes(64, 0x51));
    private static final String KEY_HEX = "ab".repeat(32);
    private static final String SIGNATURE_HEX = "51".repeat(64);

    private final RecordJson json = new RecordJson(null);

    @Test
    void everyRecordOfTheCatalogueIsOneObjectInTheOrderOfItsSchema() throws IOException {
        long seed = new Random().nextLong();
        for (Schema schema : Topics.valueSchemas()) {
            List<String> fields =
                    schema.getFields().stream().map(Schema.Field::name).toList();
            for (byte[] body : RandomRecords.of(schema, 20, seed)) {
                String text = json.value("any", singleObject(schema, body));
                assertThat(text).as("%s, seed %d", schema.getName(), seed).doesNotContain("\n");
                assertThat(parse(text).fieldNames())
                        .toIterable()
                        .as("%s, seed %d", schema.getName(), seed)
                        .containsExactlyElementsOf(fields);
            }
        }
    }

    @Test
    void whateverTheBytesAreThereIsAnObject() throws IOException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (Schema schema : Topics.valueSchemas()) {
            for (byte[] body : RandomRecords.of(schema, 20, seed)) {
                byte[] damaged = singleObject(schema, body);
                damaged[10 + random.nextInt(damaged.length - 10)] ^= (byte) (1 << random.nextInt(8));
                assertThat(parse(json.value("any", damaged)).isObject())
                        .as("%s, seed %d", schema.getName(), seed)
                        .isTrue();
            }
        }
    }

    @Test
    void vertexIsShownToTheArgumentsOfItsTransactions() {
        var transaction = new TransactionBody(
                KEY, List.of(), List.of(), 0, "system", "set_object", ByteBuffer.wrap(new byte[] {1, 2}), 9L);
        var signed = new SignedTransaction(
                ByteBuffer.wrap(new AvroBinary<TransactionBody>(TransactionBody.SCHEMA$).encode(transaction)),
                SIGNATURE);
        var body = new VertexBody(
                List.of(),
                List.of(ByteBuffer.wrap(new AvroBinary<SignedTransaction>(SignedTransaction.SCHEMA$).encode(signed))),
                7L);
        byte[] header = ByteBuffer.allocate(120)
                .put(bytes(32, 0xab))
                .putLong(3)
                .putLong(2)
                .putLong(1)
                .put(bytes(32, 0xab))
                .put(bytes(32, 0xab))
                .array();
        var vertex = new SignedVertex(
                new Bytes120(header),
                SIGNATURE,
                ByteBuffer.wrap(new AvroBinary<VertexBody>(VertexBody.SCHEMA$).encode(body)));

        assertThat(json.value("any", Cluster.encode(Topics.VERTICES, vertex)))
                .isEqualTo("""
                        {"header":{"producer":"K","round":3,"epoch":2,"checkpointIndex":1,"checkpointRoot":"K","bodyHash":"K"},\
                        "signature":"S","body":{"parents":[],"transactions":[{"body":{"sender":"K","reads":[],"writes":[],\
                        "createsCount":0,"pod":"system","function":"set_object","args":"0102","validUntilRound":9},"signature":"S"}],\
                        "timestampMs":7}}""".replace("K", KEY_HEX).replace("S\"", SIGNATURE_HEX + "\""));
    }

    @Test
    void bodyThatIsNoneStaysHex() throws IOException {
        var vertex = new SignedVertex(new Bytes120(new byte[120]), SIGNATURE, ByteBuffer.wrap(new byte[] {5}));
        assertThat(parse(json.value("any", Cluster.encode(Topics.VERTICES, vertex)))
                        .get("body")
                        .textValue())
                .isEqualTo("05");
    }

    @Test
    void frameShowsTheMessageOfTheRadio() throws IOException {
        var user = User.newBuilder()
                .setLongName(ByteString.copyFromUtf8("Zoë \u009b31m"))
                .setMacAddress(ByteString.copyFrom(new byte[] {1, 2}));
        var message = FromRadio.newBuilder()
                .setPacket(MeshPacket.newBuilder()
                        .setFrom(0xfedcba98)
                        .setRxRssi(-90)
                        .setDecoded(Data.newBuilder()
                                .setPortNum(4)
                                .setPayload(user.build().toByteString())))
                .build();
        String text = json.value("any", frame(message.toByteArray()));
        assertThat(parse(text).get("payload").toString()).isEqualTo("""
                        {"packet":{"from":4275878552,"decoded":{"port_num":4,"payload":{"user":{"long_name":"Zoë \u009b31m","mac_address":"0102"}}},\
                        "rx_rssi":-90}}""");
        assertThat(text)
                .as("what steers a terminal is escaped")
                .contains("Zoë \\u009b31m")
                .doesNotContain("\u009b");
        assertThat(parse(json.value("any", frame(new byte[] {0x0a, 0x7f})))
                        .get("payload")
                        .textValue())
                .as("no message")
                .isEqualTo("0a7f");
    }

    @Test
    void fieldThatOurSchemaLacksIsShownByItsNumber() throws IOException {
        byte[] message = {(byte) 0x98, 0x06, 0x05, (byte) 0xa2, 0x06, 0x01, 0x77};
        assertThat(parse(json.value("any", frame(message))).get("payload").toString())
                .isEqualTo("{\"99\":[5],\"100\":[\"77\"]}");
    }

    @Test
    void textsOfTheRadioAreFieldsOfItsSchema() {
        for (String field : ProtobufPart.TEXTS) {
            String[] names = field.split("\\.", -1);
            var type = User.getDescriptor().getFile().findMessageTypeByName(names[0]);
            assertThat(type).as(field).isNotNull();
            assertThat(type.findFieldByName(names[1])).as(field).isNotNull();
        }
    }

    @Test
    void mapIsInTheOrderOfItsKeys() throws IOException {
        var counters = new HashMap<String, Long>();
        for (String name : List.of("rejected", "frames", "packets", "duplicates")) {
            counters.put(name, 1L);
        }
        var event =
                new LinkEvent("n", "l", LinkEventKind.COUNTERS, null, 7L, counters, Map.of(), Instant.ofEpochMilli(12));
        assertThat(json.value("any", Cluster.encode(Topics.LINKS, event))).isEqualTo("""
                        {"network":"n","link":"l","kind":"COUNTERS","detail":null,"ownNode":7,\
                        "counters":{"duplicates":1,"frames":1,"packets":1,"rejected":1},"facts":{},"atMs":12}""");
    }

    @Test
    void longBytesAreCutAndSaySo() throws IOException {
        byte[] zstd = bytes(100_000, 0x28);
        var chunk = new SnapshotChunk(KEY, 1L, ByteBuffer.wrap(zstd));
        JsonNode shown = parse(json.value("any", Cluster.encode(Topics.CHUNKS, chunk)));
        assertThat(shown.get("id").textValue()).isEqualTo(KEY_HEX);
        assertThat(shown.get("zstd").get("length").intValue()).isEqualTo(100_000);
        assertThat(shown.get("zstd").get("hex").textValue()).isEqualTo("28".repeat(64));
    }

    @Test
    void unknownSchemaIsNamedWithTheBytes() throws IOException {
        byte[] foreign = new byte[5_000];
        System.arraycopy(new byte[] {(byte) 0xc3, 1, 8, 7, 6, 5, 4, 3, 2, 1}, 0, foreign, 0, 10);
        JsonNode shown = parse(json.value("any", foreign));
        assertThat(shown.get("error").textValue())
                .contains("no schema with fingerprint 0102030405060708", "bootstrap.servers", "meshlog.schemas");
        assertThat(shown.get("length").intValue()).isEqualTo(5_000);
        assertThat(shown.get("hex").textValue()).hasSize(2 * 1_024).startsWith("c301080706");
    }

    @Test
    void bytesWithoutHeaderAreShownWithTheReason() {
        assertThat(json.value("any", new byte[] {1, 2}))
                .isEqualTo(
                        "{\"error\":\"no Avro single-object header (C3 01) in 2 bytes\",\"length\":2,\"hex\":\"0102\"}");
    }

    @Test
    void schemasAreJsonAlready() throws IOException {
        String topic = Topics.SCHEMAS.name();
        assertThat(json.value(topic, "{ \"type\" :\n\"int\" }".getBytes(UTF_8))).isEqualTo("{\"type\":\"int\"}");
        for (String wrong : List.of("", "{\"type\"", "{} {}")) {
            assertThat(parse(json.value(topic, wrong.getBytes(UTF_8))).has("error"))
                    .as("'%s'", wrong)
                    .isTrue();
        }
    }

    @Test
    void recordHasItsPlaceAndItsKey() {
        var rec = new ConsumerRecord<byte[], byte[]>("radio.links", 3, 14, "gate".getBytes(UTF_8), null);
        assertThat(json.record(rec))
                .isEqualTo(
                        "{\"topic\":\"radio.links\",\"partition\":3,\"offset\":14,\"timestamp\":-1,\"key\":\"gate\",\"value\":null}");
        rec.headers().add("cause", new byte[] {0, 1});
        assertThat(json.record(rec)).contains("\"headers\":[{\"cause\":\"0x0001\"}],\"value\":null");
    }

    private static byte[] frame(byte[] payload) {
        return Cluster.encode(
                Topics.FRAMES,
                RadioFrame.newBuilder()
                        .setNetwork("n")
                        .setLink("l")
                        .setKind(FrameKind.FROM_RADIO)
                        .setReceivedAtMs(Instant.EPOCH)
                        .setPayload(ByteBuffer.wrap(payload))
                        .build());
    }

    private static byte[] singleObject(Schema schema, byte[] body) {
        return ByteBuffer.allocate(10 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xc3)
                .put((byte) 1)
                .putLong(SchemaStore.fingerprint(schema))
                .put(body)
                .array();
    }

    private static JsonNode parse(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    private static byte[] bytes(int length, int value) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
