package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DagFileTest {
    private static final String ROUND_1 = "validators A B C D\nA1: A0 B0 C0\nB1: B0 A0 C0\nC1: C0 A0 B0\n";

    @ParameterizedTest
    @ValueSource(strings = {"direct-commit", "direct-skip", "indirect-commit", "indirect-skip"})
    void decidesTheWorkedCases(String name) throws Exception {
        assertThat(DagFile.parse(resource(name + ".dag")).decide().text()).isEqualTo(resource(name + ".expected"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "D1: A0 B0                | 5 | no quorum",
                "D1: A0 B0 C0 C0          | 5 | two parents of one producer",
                "D1: D0 A0 B1 C0          | 5 | not below",
                "A2: A1 B1 D1             | 5 | unknown parent",
                "A2: A1 B1 C1'            | 5 | unknown parent",
                "A0: A0 B0 C0             | 5 | implicit",
                "A1: A0 B0 C0             | 5 | twice",
                "E1: A0 B0 C0             | 5 | not a validator",
                "leader 3 E               | 5 | unknown validator",
                "leader x A               | 5 | not a number",
                "gc-depth -1              | 5 | not a number",
                "nonsense                 | 5 | neither",
            })
    void illegalFileIsRefusedWithItsLine(String line, int number, String reason) {
        assertThatThrownBy(() -> DagFile.parse(ROUND_1 + line + "\n"))
                .isInstanceOf(IllegalDagException.class)
                .hasMessageContaining("line " + number)
                .hasMessageContaining(reason);
    }

    @Test
    void weightsMakeTheQuorum() throws Exception {
        String text = "validators A:3 B:1 # C has gone\nA1: A0\nA2: A1\nA3: A2\nleader 1 A\nleader 2 B\nleader 3 A\n";

        assertThat(DagFile.parse(text).decide().lines())
                .containsExactly("leader 1 A commit direct A1", "commit 1 A1: A1");
    }

    @Test
    void orderOfLinesDoesNotMatter() throws Exception {
        String text = "validators A\nA3: A2\nA2: A1\nA1: A0\n";

        assertThat(DagFile.parse(text).decide().lines())
                .containsExactly("leader 1 A commit direct A1", "commit 1 A1: A1");
    }

    @Test
    void twoCertifiedVerticesInOneSlotAreAViolation() throws Exception {
        // Two of four validators equivocate in their votes: more than the rule can bear.
        String text = """
                validators A B C D
                leader 1 A
                A1: A0 B0 C0
                A1': A0 B0 C0
                B1: B0 A0 C0
                C1: C0 A0 B0
                A2: A1 B1 C1
                B2: B1 A1 C1
                C2: C1 A1 B1
                A2': A1' B1 C1
                B2': B1 A1' C1
                C2': C1 A1' B1
                A3: A2 B2 C2
                B3: B2' A2' C2'
                """;

        assertThatThrownBy(() -> DagFile.parse(text).decide()).isInstanceOf(SafetyViolationException.class);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DagFileTest.class.getResourceAsStream("/dag/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
