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
                "D1:                      | 5 | no quorum",
                "D1: A0' B0 C0            | 5 | unknown parent",
                "D1: A1 B0 C0 D0          | 5 | not below",
                "D1: A0 B0 C0 E0          | 5 | not a validator",
                "D1: A0 B0 C00            | 5 | not a validator",
                "D99999999999999: A0 B0   | 5 | not a validator",
                "leader 0 A               | 5 | round 0 has no leader",
                "validators A B:2         | 5 | twice",
                "A3: A1 B1 C1             | 5 | no quorum at round 2",
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

    @ParameterizedTest
    @CsvSource({
        "'', 1, first line",
        "'# only a comment', 1, first line",
        "'A1: A0', 1, first line",
        "validators, 1, validators",
        "'validators A A', 1, twice",
        "'validators A:0', 1, weight",
        "'validators A:x', 1, NAME",
    })
    void fileWithoutValidatorsIsRefused(String text, int number, String reason) {
        assertThatThrownBy(() -> DagFile.parse(text))
                .isInstanceOf(IllegalDagException.class)
                .hasMessageContaining("line " + number)
                .hasMessageContaining(reason);
    }

    @Test
    void lineNumbersAreThoseOfAnEditor() {
        String text = "validators A\r\n# a\u2028b\r\n\r\nnonsense\r\n";

        assertThatThrownBy(() -> DagFile.parse(text)).hasMessageContaining("line 4");
    }

    @Test
    void fileWithoutVerticesDecidesNothing() throws Exception {
        assertThat(DagFile.parse("validators A").decide().text()).isEmpty();
    }

    @Test
    void nameThatEndsInDigitsIsReadAsFarAsItFitsAValidator() throws Exception {
        DagFile file = DagFile.parse("validators V01 V1\nV011: V010 V10\nV11: V10 V010\n");

        assertThat(file.vertices()).extracting(vertex -> vertex.name().round()).containsExactly(1L, 1L);
        assertThatThrownBy(() -> DagFile.parse("validators V1 V11\nV111: V10 V110\n"))
                .hasMessageContaining("two ways");
    }

    @Test
    void equivocationsAreOrderedByTheirPrimes() throws Exception {
        String text = """
                validators A B C D
                leader 3 B
                A1'': A0 B0 C0
                A1: A0 B0 C0
                A1': A0 B0 C0
                B1: B0 A0 C0
                C1: C0 A0 B0
                D1: D0 A0 B0
                B2: B1 A1' C1
                C2: C1 A1'' B1
                D2: D1 A1 B1
                B3: B2 C2 D2
                C3: C2 B2 D2
                D3: D2 B2 C2
                B4: B3 C3 D3
                C4: C3 B3 D3
                D4: D3 B3 C3
                B5: B4 C4 D4
                C5: C4 B4 D4
                D5: D4 B4 C4
                """;

        assertThat(DagFile.parse(text).decide().lines())
                .containsSubsequence("commit 1 B1: B1", "commit 2 C2: A1'' C1 C2", "commit 3 B3: A1 A1' D1 B2 D2 B3");
    }

    @ParameterizedTest
    @CsvSource({"0, commit 2 C2: C2", "1, commit 2 C2: A1 C1 D1 C2"})
    void gcDepthCutsWhatACommitReaches(long depth, String second) throws Exception {
        String text = resource("direct-commit.dag") + "gc-depth " + depth + "\n";

        DagDecisions decisions = DagFile.parse(text).decide();

        assertThat(decisions.lines()).contains(second);
        assertThat(decisions.orphans()).hasSize(depth == 0 ? 12 : 0);
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
