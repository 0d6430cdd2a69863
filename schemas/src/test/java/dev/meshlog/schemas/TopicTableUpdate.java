package dev.meshlog.schemas;

import org.junit.jupiter.api.Test;

/**
 * Writes the topic table of ARCHITECTURE.md. Not a test, so its name is none that {@code verify} runs:
 *
 * <pre>
 * ./mvnw -q -pl schemas test -Dtest=TopicTableUpdate
 * </pre>
 */
class TopicTableUpdate {
    @Test
    void write() {
        TopicTable.writeToDocument();
    }
}
