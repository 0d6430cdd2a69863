package dev.meshlog.infra.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

class KeyFileFormatFuzzTest {
    private static final List<KeyFileFormat> FORMATS =
            List.of(KeyFileFormat.JSON, KeyFileFormat.CSV, KeyFileFormat.NODES);

    /** The first byte chooses the form. */
    @FuzzTest
    void fileIsReadOrItsMistakesAreNamed(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        KeyFileFormat format = FORMATS.get(Math.floorMod(input[0] - '0', FORMATS.size()));
        String text = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
        BoundedAllocation.check(
                input,
                () -> format.read(new StringReader(text), new NodeSink() {
                    @Override
                    public void node(long line, @Nullable String network, NodeInfo node) {
                        assertThat(line).isPositive();
                        assertThat(NodeNumber.isNode(NodeNumber.of(node.getNum())))
                                .isTrue();
                        assertThat(node.getUser().getPublicKey().size()).isIn(0, 32);
                    }

                    @Override
                    public void bad(long line, String reason) {
                        assertThat(line).isPositive();
                        assertThat(reason).isNotBlank();
                    }
                }));
    }
}
