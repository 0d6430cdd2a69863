package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.infra.cli.RunningLedger.Ran;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots that are asked for, and replicas. */
interface RecoveryCommands {
    RunningLedger ledger();

    @Test
    default void snapshotThatIsAskedForCanBeShownExportedAndRecoveredFrom() {
        String[] cluster = {
            "--bootstrap-servers", ledger().broker().bootstrapServers(), "--data", ledger().data(), "--json"
        };

        JsonNode made = RunningLedger.run(with(cluster, "snapshot", "now", "--wait", "120"))
                .ok()
                .json();
        String hash = made.path("hash").asText();
        JsonNode shown =
                RunningLedger.run(with(cluster, "snapshot", "show", hash)).ok().json();
        assertThat(shown.path("stateRoot")).isEqualTo(made.path("stateRoot"));
        assertThat(shown.path("log").asText()).isEqualTo("there");
        assertThat(RunningLedger.run(with(cluster, "snapshot", "show", "newest"))
                        .ok()
                        .json()
                        .path("checkpoint")
                        .asLong())
                .isGreaterThanOrEqualTo(made.path("checkpoint").asLong());

        String file = ledger().directory().resolve("exported").toString();
        RunningLedger.run(with(cluster, "snapshot", "export", file, hash)).ok();
        Ran recovered =
                RunningLedger.run(with(cluster, "replay", "--source", file)).ok();
        assertThat(recovered.out()).contains("\"snapshotHash\":\"" + hash + "\"");
        assertThat(RunningLedger.run(with(cluster, "snapshot", "show", "ffffffff"))
                        .err())
                .contains("there is no snapshot");
        assertThat(RunningLedger.run(with(cluster, "replay", "--source", "nowhere"))
                        .err())
                .contains("no file nowhere");
    }

    private static String[] with(String[] cluster, String... command) {
        var arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of(cluster));
        return arguments.toArray(String[]::new);
    }
}
