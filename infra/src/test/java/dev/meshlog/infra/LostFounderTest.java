package dev.meshlog.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerEventKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The only validator of a network loses everything but its key, and is started as before. A listener has heard all that it signed. */
class LostFounderTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long COMMITS = 60;

    @TempDir
    Path directory;

    @Test
    @SuppressWarnings("try") // it ends before the listener does
    void founderWithoutItsLogGoesOnFromWhatAListenerHas() throws Exception {
        String address;
        try (RunningNode first = start("first", "bootstrap", List.of())) {
            address = first.node().gossip().orElseThrow().address();
            try (RunningNode listener = start("listener", "listener", List.of(address))) {
                await().atMost(PATIENCE).until(() -> listener.progress().commitIndex() > COMMITS);
                first.close();
                long before = listener.progress().commitIndex();

                String at = listener.node().gossip().orElseThrow().address();
                try (RunningNode again = start("again", "bootstrap", List.of(at))) {
                    await().atMost(PATIENCE)
                            .until(() -> listener.progress().commitIndex() > before + COMMITS
                                    && again.progress().commitIndex() > before + COMMITS);
                    NavigableMap<Long, Hash> its = again.commits();
                    assertThat(listener.commits().headMap(before + COMMITS, true))
                            .containsAllEntriesOf(its.headMap(before + COMMITS, true));
                    assertThat(equivocations(listener)).isEmpty();
                    assertThat(equivocations(again)).isEmpty();
                    assertThat(again.node().failure()).isEmpty();
                }
            }
        }
    }

    @Test
    void founderWithoutItsLogAndWithoutOthersDoesNotBeginAnew() throws Exception {
        try (RunningNode first = start("first", "bootstrap", null)) {
            await().atMost(PATIENCE).until(() -> !first.commits().isEmpty());
        }
        assertThatExceptionOfType(UserError.class)
                .isThrownBy(() -> start("again", "bootstrap", null).close())
                .withMessageContaining("would sign its rounds twice")
                .withMessageContaining("founder.pem.networks");
    }

    private static List<Object> equivocations(RunningNode node) {
        List<Object> found = new ArrayList<>();
        node.readAll(Topics.EVENTS, rec -> {
            if (rec.value().getKind() == LedgerEventKind.EQUIVOCATION) {
                found.add(rec.value());
            }
        });
        return found;
    }

    /** @param join null: without gossip */
    private RunningNode start(String name, String mode, @Nullable List<String> join) throws Exception {
        Path key = directory.resolve("keys").resolve("founder.pem");
        Path genesis = directory.resolve("genesis.json");
        Files.createDirectories(key.getParent());
        var unused = LedgerIdentity.bootstrap(genesis, key, "");
        return RunningNode.start(
                directory.resolve(name),
                new MeshlogConfig.Ledger(
                        null,
                        mode,
                        genesis.toString(),
                        key.toString(),
                        30,
                        60,
                        new GossipConfig(join == null ? null : "127.0.0.1:0", null, join)));
    }
}
