package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.charset.StandardCharsets;

class DagFileFuzzTest {
    @FuzzTest
    void fileIsRefusedOrDecided(byte[] input) throws Exception {
        String text = new String(input, StandardCharsets.UTF_8);
        BoundedAllocation.check(input, () -> {
            try {
                DagDecisions decisions = DagFile.parse(text).decide();
                assertThat(DagFile.parse(text).decide().text()).isEqualTo(decisions.text());
            } catch (IllegalDagException | SafetyViolationException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }
}
