package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RadioTopologyTest {
    @Test
    void topologyIsTheOneThatWasReviewed() throws IOException {
        String described = new RadioTopology(RadioSettings.of(new ChannelKeys(List.of())))
                .get()
                .describe()
                .toString();
        assertThat(described).contains("Sub-topology: 4").doesNotContain("Sub-topology: 5");
        try (InputStream in = RadioTopologyTest.class.getResourceAsStream("/radio-topology.txt")) {
            assertThat(described)
                    .isEqualTo(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
