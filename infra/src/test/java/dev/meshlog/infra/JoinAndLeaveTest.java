package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.MeshlogProcess.Ended;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.Departure;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerEvent;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network of one; a second validator comes by itself, and goes when it is told to. */
class JoinAndLeaveTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long EPOCH_LENGTH = 60;
    private static final long COMMITS = 10;

    @TempDir
    Path directory;

    private final List<MeshlogProcess> processes = new ArrayList<>();

    @AfterEach
    void close() {
        processes.forEach(MeshlogProcess::close);
    }

    @Test
    void validatorRegistersItselfProducesAndLeaves() throws Exception {
        Hash first = LedgerIdentity.createKey(directory.resolve("first.pem")).publicKey();
        Hash second = LedgerIdentity.createKey(directory.resolve("second.pem")).publicKey();
        Files.writeString(genesis(), genesis(first, second).toJson());
        try (RunningNode stays = start("first", "first", "bootstrap", new GossipConfig("127.0.0.1:0", null, null))) {
            var join = new GossipConfig(
                    null, null, List.of(stays.node().gossip().orElseThrow().address()));
            MeshlogProcess leaving;
            try (RunningNode comes = start("second", "second", "validator", join)) {
                await().atMost(PATIENCE)
                        .until(() -> producers(stays).equals(Set.of(first.hex(), second.hex()))
                                && producers(comes).equals(producers(stays)));
                long together = stays.progress().commitIndex();
                await().atMost(PATIENCE)
                        .until(() -> stays.progress().commitIndex() > together + COMMITS
                                && comes.progress().commitIndex() > together + COMMITS);
                assertThat(stays.commits()).containsAllEntriesOf(comes.commits().headMap(together + COMMITS, true));
                assertThat(comes.node().failure()).isEmpty();

                leaving = leave(stays, "second", "--wait");
                await().atMost(PATIENCE)
                        .ignoreExceptionsInstanceOf(UserError.class)
                        .until(() -> !newestValidators(stays).contains(second.hex()));
            }
            restartUntilItNoLongerCounts(stays, second, join, leaving);
            long alone = stays.progress().commitIndex();
            await().atMost(PATIENCE).until(() -> stays.progress().commitIndex() > alone + COMMITS);
            assertThat(newestValidators(stays)).contains(first.hex()).doesNotContain(second.hex());
            assertThat(equivocations(stays)).isEmpty();
            assertThat(stays.node().failure()).isEmpty();
        }
    }
    /** As if it had been moved to another machine, with its key and the note that it leaves. Without it the other one has no quorum. */
    private void restartUntilItNoLongerCounts(RunningNode stays, Hash second, GossipConfig join, MeshlogProcess leaving)
            throws Exception {
        assertThat(new Departure(directory.resolve("second"), second).isNoted()).isTrue();
        new Departure(Files.createDirectories(directory.resolve("moved")), second).note();
        try (RunningNode again = start("moved", "second", "validator", join)) {
            JsonNode left = json(leaving.awaitEnd(PATIENCE));

            assertThat(left.path("code").asText()).isEqualTo("OK");
            assertThat(left.path("created")).hasSize(1);
            long until = left.path("countsUntilEpoch").asLong();
            await().atMost(PATIENCE).until(() -> stays.progress().leaderRound() >= until * EPOCH_LENGTH);
            assertThat(leave(stays, "second").awaitEnd(PATIENCE).err()).contains(second.hex(), "no validator");
            assertThat(leave(stays, "first").awaitEnd(PATIENCE).err()).contains("last validator");
            assertThat(equivocations(again)).isEmpty();
            assertThat(again.node().failure()).isEmpty();
        }
    }

    private static GenesisConfig genesis(Hash first, Hash second) {
        return new GenesisConfig(
                "one and one",
                List.of(new Validator(first, 1, "", 0)),
                EPOCH_LENGTH,
                GenesisConfig.DEFAULT_GC_DEPTH,
                GenesisConfig.DEFAULT_CHECKPOINT_INTERVAL,
                8,
                GenesisConfig.DEFAULT_MAX_TX_VALIDITY,
                List.of(),
                List.of(new GenesisConfig.InitialCoin(Hash.ofHex("c0".repeat(32)), second, 1)));
    }

    private Path genesis() {
        return directory.resolve("genesis.json");
    }

    private RunningNode start(String name, String key, String mode, GossipConfig gossip) throws Exception {
        return RunningNode.start(
                directory.resolve(name),
                new MeshlogConfig.Ledger(
                        null,
                        mode,
                        genesis().toString(),
                        directory.resolve(key + ".pem").toString(),
                        20,
                        40,
                        gossip));
    }

    /** @param at who is to commit it */
    private MeshlogProcess leave(RunningNode at, String name, String... more) {
        var arguments = new ArrayList<>(List.of(
                "ledger",
                "leave",
                "--url",
                at.node().http().orElseThrow(),
                "--key",
                directory.resolve(name + ".pem").toString(),
                "--genesis",
                genesis().toString(),
                "--data",
                directory.resolve(name).toString(),
                "--timeout",
                "200",
                "--json"));
        arguments.addAll(List.of(more));
        MeshlogProcess process = MeshlogProcess.start(directory, arguments.toArray(String[]::new));
        processes.add(process);
        return process;
    }

    /** Of the last set that is known. */
    private static String newestValidators(RunningNode node) {
        try (var ledger = new HttpLedger(node.node().http().orElseThrow(), Optional.empty(), Optional.empty())) {
            JsonNode sets = ledger.get("/validators").path("sets");
            return sets.path(sets.size() - 1).toString();
        }
    }

    /** The last line: the test's logging may have to say something before. */
    private static JsonNode json(Ended ended) throws Exception {
        assertThat(ended.exitCode()).as("%s", ended).isZero();
        List<String> lines = ended.out().lines().toList();
        return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }

    private static Set<String> producers(RunningNode node) {
        Set<String> producers = new HashSet<>();
        node.readAll(Topics.VERIFIED, rec -> producers.add(rec.key()));
        return producers;
    }

    private static List<LedgerEvent> equivocations(RunningNode node) {
        List<LedgerEvent> found = new ArrayList<>();
        node.readAll(Topics.EVENTS, rec -> {
            if (rec.value().getKind() == LedgerEventKind.EQUIVOCATION) {
                found.add(rec.value());
            }
        });
        return found;
    }
}
