package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;

class AvroBinaryFuzzTest {
    private static final List<AvroBinary<SpecificRecordBase>> CODECS = ReleasedSchemas.current().values().stream()
            .map(schema -> new AvroBinary<SpecificRecordBase>(schema))
            .toList();

    /** The input's first byte picks the record type, in the order of their names. */
    @FuzzTest
    void whatIsDecodedIsEncodedAndDecodedAgain(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        AvroBinary<SpecificRecordBase> codec = CODECS.get((input[0] & 0xff) % CODECS.size());
        BoundedAllocation.check(input, () -> {
            byte[] encoded;
            try {
                encoded = codec.encode(codec.decode(Arrays.copyOfRange(input, 1, input.length)));
            } catch (MalformedRecordException e) {
                return;
            }
            assertThat(codec.encode(codec.decode(encoded))).isEqualTo(encoded);
        });
    }
}
