package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.infra.cli.RunningLedger.Ran;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.node.ReplicaDoor;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.replayer.Replica;
import dev.meshlog.schemas.Cluster;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

    @Test
    default void replicaAnswersWhatTheLedgerAnswers() throws Exception {
        JsonNode early = ledger().tx("alice", "create", "--text", "before");
        ledger().awaitProven(early.path("created").path(0).asText());
        Cluster cluster = Cluster.at(ledger().broker().bootstrapServers());
        Path state = ledger().directory().resolve("replica");
        var plan = new Replayer.Plan(state, false, Long.MAX_VALUE, new Trust.OfGenesis(), false, true, 2);
        new Replayer(cluster, ledger().genesis(), Clock.systemUTC()).recover(plan, RecoveryListener.NONE);
        var stop = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (var replica = Replica.open(cluster, ledger().genesis(), state, Clock.systemUTC(), false, 1);
                var door = new ReplicaDoor(
                        new HttpConfig("127.0.0.1:0", null, null, null, null), cluster, ledger().genesis(), replica)) {
            String at = door.url();
            assertThat(send(at, "/status").statusCode()).isEqualTo(503);
            var differences = thread.submit(() -> replica.run(stop::get, RecoveryListener.NONE));
            try {
                ledger().awaitOk("ledger", "status", "--url", at);
                JsonNode late = ledger().txThrough(new String[] {"--url", at}, "alice", "create", "--text", "behind")
                        .ok()
                        .json();
                String owner = "/objects?owner=" + ledger().alice();
                for (String question : List.of(
                        "/transactions/" + early.path("id").asText(),
                        "/transactions/" + late.path("id").asText(),
                        "/transactions/" + RunningLedger.NOTHING,
                        "/objects/" + late.path("created").path(0).asText(),
                        owner,
                        owner + "&limit=1",
                        owner + "&kind=coin",
                        "/objects?owner=" + RunningLedger.NOTHING,
                        "/validators",
                        "/commits/" + late.path("commit").asText())) {
                    assertThat(send(at, question).body())
                            .as(question)
                            .isEqualTo(send(ledger().url(), question).body());
                }
                String readIn = "Meshlog-Read-In";
                String before = "/transactions/" + early.path("id").asText();
                String behind = "/transactions/" + late.path("id").asText();
                assertThat(send(at, before).headers().firstValue(readIn)).hasValue("ledger.results");
                assertThat(send(ledger().url(), before).headers().firstValue(readIn))
                        .isEmpty();
                assertThat(send(at, behind).headers().firstValue(readIn)).isEmpty();
                assertThat(send(at, "/healthz").body()).contains("\"live\":true", "\"executedFrom\":");
            } finally {
                stop.set(true);
                assertThat(differences.get(2, TimeUnit.MINUTES)).isEmpty();
            }
        } finally {
            thread.shutdown();
        }
    }

    private static HttpResponse<String> send(String url, String question) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url + question)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String[] with(String[] cluster, String... command) {
        var arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of(cluster));
        return arguments.toArray(String[]::new);
    }
}
