package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.bench.Bench;
import dev.meshlog.infra.bench.Benches;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That every bench runs and says what it found in the agreed form; what it found is no matter for a test. */
class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static Stream<String> names() {
        return Benches.all().stream().map(Bench::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyBenchPrintsItsFigures(String name) throws IOException {
        // A simulated radio takes its 50 ms for each key, whoever waits for it.
        String size = name.equals("keysync") ? "8" : "200";
        assertThat(run("bench", name, "--objects", size, "--seconds", "0.01", "--json"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString().lines()).isNotEmpty();
        for (String line : out.toString().lines().toList()) {
            JsonNode figure = new ObjectMapper().readTree(line);
            assertThat(figure.fieldNames())
                    .toIterable()
                    .containsExactly("bench", "figure", "value", "unit", "limit", "ratio", "runs", "machine");
            assertThat(figure.get("bench").asText()).isEqualTo(name);
            assertThat(figure.get("value").isNumber()).isTrue();
            assertThat(figure.get("ratio").isNull())
                    .isEqualTo(figure.get("limit").isNull());
            assertThat(figure.get("runs").asInt()).isPositive();
        }
        assertThat(err.toString()).contains(name + ", ");
    }

    @Test
    void changesOfNeighboursMakeASmallerSnapshotThanChangesEverywhere() throws IOException {
        assertThat(run("bench", "snapshot-delta", "--objects", "20000", "--json"))
                .as(err.toString())
                .isZero();

        List<JsonNode> figures = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            figures.add(new ObjectMapper().readTree(line));
        }
        assertThat(figures).hasSize(2);
        assertThat(figures.get(0).get("figure").asText()).endsWith("clustered");
        assertThat(figures.get(0).get("ratio").asDouble())
                .isGreaterThan(figures.get(1).get("ratio").asDouble());
        assertThat(figures.get(1).get("ratio").asDouble()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void listSaysWhatEachBenchMeasures() {
        assertThat(run("bench", "list")).isZero();
        assertThat(out.toString().lines()).hasSameSizeAs(Benches.all());
        assertThat(out.toString()).contains("verify", "order", "recover");
    }

    @Test
    void anUnknownBenchIsWrongUse() {
        assertThat(run("bench", "fast")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no bench 'fast'");
    }

    private int run(String... arguments) {
        return Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
