package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class SimulateCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void seedsRunAndAreSummedUp() throws IOException {
        assertThat(run("simulate", "--from", "5", "--seeds", "4", "--json")).isZero();

        JsonNode summary = new ObjectMapper().readTree(out.toString());
        assertThat(summary.get("seeds").asInt()).isEqualTo(4);
        assertThat(summary.get("failed")).isEmpty();
        assertThat(summary.get("counts").get("vertices made").asLong()).isPositive();
    }

    @Test
    void oneSeedIsTheSameRunEachTime() throws IOException {
        assertThat(run("simulate", "--seed", "3", "--json")).isZero();
        JsonNode first = new ObjectMapper().readTree(out.toString()).get("counts");
        out.getBuffer().setLength(0);
        assertThat(run("simulate", "--seed", "3", "--json")).isZero();

        assertThat(new ObjectMapper().readTree(out.toString()).get("counts")).isEqualTo(first);
    }

    @Test
    void noSeedsAreWrongUse() {
        assertThat(run("simulate", "--seeds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--seeds and --threads are at least 1");
    }

    private int run(String... arguments) {
        return Meshlog.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
