package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PublishedVectorsTest {
    static Set<String> files() {
        return VectorFiles.MADE.keySet();
    }

    /** One that differs is a change of the protocol, or VectorsUpdate was forgotten. */
    @ParameterizedTest
    @MethodSource("files")
    void publishedFileIsWhatThisImplementationMakes(String name) {
        assertThat(VectorFiles.made(name)).isEqualTo(VectorFiles.published(name));
    }
}
