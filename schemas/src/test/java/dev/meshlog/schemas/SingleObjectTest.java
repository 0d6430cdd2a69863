package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.meshlog.schemas.ledger.Checkpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SingleObjectTest {
    private static final Checkpoint CHECKPOINT = new Checkpoint(7L, new Bytes32(new byte[32]), 300L);

    /** {@code C3 01}, the fingerprint, then index 7 and entries 300 as zigzag numbers around 32 zero bytes. */
    private static final String GOLDEN = "c301" + "b1e728661d6170de" + "0e" + "00".repeat(32) + "d804";

    private final SchemaStore writers = new SchemaStore();
    private final SingleObject<Checkpoint> codec = new SingleObject<>(Checkpoint.getClassSchema(), writers);

    @Test
    void bytesAreThoseOfTheSpecification() {
        assertThat(Hex.of(codec.encode(CHECKPOINT))).isEqualTo(GOLDEN);
        assertThat(codec.decode(codec.encode(CHECKPOINT))).isEqualTo(CHECKPOINT);
    }

    @Test
    void headerCarriesTheFingerprintLittleEndian() {
        byte[] bytes = codec.encode(CHECKPOINT);
        assertThat(SingleObject.fingerprint(bytes)).isEqualTo(SchemaStore.fingerprint(Checkpoint.getClassSchema()));
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(2))
                .isEqualTo(SingleObject.fingerprint(bytes));
    }

    @Test
    void avroItselfReadsTheBytes() throws java.io.IOException {
        assertThat(Checkpoint.fromByteBuffer(ByteBuffer.wrap(codec.encode(CHECKPOINT))))
                .isEqualTo(CHECKPOINT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c3", "c301", "c301b1e728661d6170", "c302b1e728661d6170de00", "0001b1e728661d6170de00"})
    void whatHasNoHeaderIsRefused(String hex) {
        assertThatExceptionOfType(MalformedRecordException.class)
                .isThrownBy(() -> codec.decode(java.util.HexFormat.of().parseHex(hex)))
                .withMessageContaining("no Avro single-object header");
    }

    @Test
    void recordOfAnotherVersionIsReadWithItsWritersSchema() {
        Schema later = SchemaBuilder.record("Checkpoint")
                .namespace("dev.meshlog.schemas.ledger")
                .fields()
                .requiredString("note")
                .requiredLong("entries")
                .requiredLong("index")
                .name("root")
                .type(Bytes32.getClassSchema())
                .noDefault()
                .endRecord();
        // note "hi", entries 300, index 7, root
        byte[] body = java.util.HexFormat.of().parseHex("046869" + "d804" + "0e" + "00".repeat(32));
        byte[] bytes = withHeader(later, body);

        writers.lookUpWith(
                fingerprint -> fingerprint == SchemaStore.fingerprint(later) ? Optional.of(later) : Optional.empty());

        assertThat(codec.decode(bytes)).isEqualTo(CHECKPOINT);
    }

    @Test
    void recordOfAnUnknownVersionIsRefusedWithItsFingerprint() {
        Schema unknown = SchemaBuilder.record("Other").fields().endRecord();
        byte[] bytes = withHeader(unknown, new byte[0]);

        assertThatExceptionOfType(UnknownSchemaException.class)
                .isThrownBy(() -> codec.decode(bytes))
                .withMessageContaining(SchemaStore.text(SchemaStore.fingerprint(unknown)))
                .satisfies(e -> assertThat(e.fingerprint()).isEqualTo(SchemaStore.fingerprint(unknown)));
    }

    @Test
    void recordThatCanNotBeOursIsRefused() {
        Schema other = SchemaBuilder.record("Checkpoint")
                .namespace("dev.meshlog.schemas.ledger")
                .fields()
                .requiredString("index")
                .endRecord();
        writers.add(other);

        assertThatExceptionOfType(MalformedRecordException.class)
                .isThrownBy(() -> codec.decode(withHeader(other, new byte[] {2, 'x'})));
    }

    private static byte[] withHeader(Schema schema, byte[] body) {
        return ByteBuffer.allocate(SingleObject.HEADER + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 0x01)
                .putLong(SchemaStore.fingerprint(schema))
                .put(body)
                .array();
    }
}
