package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class TextFormsFuzzTest {
    @FuzzTest
    void hexAndNodeNumbersAreReadOrRefused(byte[] input) throws Exception {
        String text = new String(input, StandardCharsets.UTF_8);
        BoundedAllocation.check(input, () -> {
            try {
                assertThat(Hex.of(Hex.parse(text))).isEqualTo(text.toLowerCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                // The declared answer to anything else.
            }
            try {
                long node = NodeNumber.parse(text);
                assertThat(NodeNumber.isNode(node)).isTrue();
                assertThat(NodeNumber.parse(NodeNumber.text(node))).isEqualTo(node);
            } catch (IllegalArgumentException e) {
                // The declared answer to anything else.
            }
        });
    }
}
