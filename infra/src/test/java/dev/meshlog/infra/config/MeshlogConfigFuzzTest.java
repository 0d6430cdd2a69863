package dev.meshlog.infra.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.nio.charset.StandardCharsets;

class MeshlogConfigFuzzTest {
    @FuzzTest
    void configurationIsReadOrTheMistakeIsNamed(byte[] input) throws Exception {
        String yaml = new String(input, StandardCharsets.UTF_8);
        BoundedAllocation.check(input, () -> {
            try {
                assertThat(MeshlogConfig.parse(yaml, "file.yaml").radio().links())
                        .isNotNull();
            } catch (UserError e) {
                assertThat(e).hasMessageStartingWith("file.yaml");
            }
        });
    }
}
