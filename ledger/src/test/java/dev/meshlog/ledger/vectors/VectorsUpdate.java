package dev.meshlog.ledger.vectors;

import org.junit.jupiter.api.Test;

/**
 * Writes the vectors that are made from this implementation. A difference is a change that other nodes see. Not a test, so its name is none
 * that {@code verify} runs:
 *
 * <pre>
 * ./mvnw -q -pl ledger -am test -Dtest=VectorsUpdate -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class VectorsUpdate {
    @Test
    void write() {
        VectorFiles.writeAll();
    }
}
