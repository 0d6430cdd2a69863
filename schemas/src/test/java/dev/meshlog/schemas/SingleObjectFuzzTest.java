package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

class SingleObjectFuzzTest {
    private static final List<Schema> SCHEMAS =
            List.copyOf(ReleasedSchemas.current().values());

    private final SchemaStore writers = new SchemaStore(() -> 0);

    SingleObjectFuzzTest() {
        SCHEMAS.forEach(writers::add);
    }

    /** The first two bytes pick the reader's and the writer's record type; a second byte of 255 leaves the header to the fuzzer. */
    @FuzzTest
    void recordsOfAnyWriterAreReadOrRefused(byte[] input) throws Exception {
        if (input.length < 2) {
            return;
        }
        Schema reader = SCHEMAS.get((input[0] & 0xff) % SCHEMAS.size());
        byte[] bytes = input[1] == -1
                ? Arrays.copyOfRange(input, 2, input.length)
                : withHeader(SCHEMAS.get((input[1] & 0xff) % SCHEMAS.size()), input);
        var codec = new SingleObject<SpecificRecordBase>(reader, writers);
        BoundedAllocation.check(input, () -> {
            byte[] encoded;
            try {
                encoded = codec.encode(codec.decode(bytes));
            } catch (MalformedRecordException e) {
                return;
            }
            assertThat(codec.encode(codec.decode(encoded))).isEqualTo(encoded);
        });
    }

    private static byte[] withHeader(Schema writer, byte[] input) {
        return ByteBuffer.allocate(SingleObject.HEADER + input.length - 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 0x01)
                .putLong(SchemaStore.fingerprint(writer))
                .put(input, 2, input.length - 2)
                .array();
    }
}
