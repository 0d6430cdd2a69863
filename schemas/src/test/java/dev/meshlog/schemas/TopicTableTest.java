package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopicTableTest {
    @Test
    void architectureShowsTheCatalogue() {
        assertThat(TopicTable.inDocument())
                .as(
                        "the topic table of ARCHITECTURE.md; to write it: ./mvnw -q -pl schemas test -Dtest=TopicTableUpdate")
                .isEqualTo(TopicTable.fromCatalogue());
    }
}
