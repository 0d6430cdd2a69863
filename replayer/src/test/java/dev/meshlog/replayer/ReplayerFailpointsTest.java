package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The command is killed at every step, and once more while it comes back: the target is whole or absent, and nothing is left over. */
class ReplayerFailpointsTest {
    private static final long SEED = 82;
    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    /** Vertices that come after everything that snapshots hold. */
    private static final int TAIL = 60;

    private static TestBroker broker;
    private static PublishedLedger ledger;
    private static List<Vertex> later;
    private static Path genesis;

    @TempDir
    private Path directory;

    private Path target;

    @BeforeAll
    static void publish(@TempDir Path shared) throws Exception {
        broker = TestBroker.start(shared.resolve("broker"));
        broker.recreateTopics();
        ledger = new PublishedLedger(broker);
        List<Vertex> vertices = ledger.vertices(SEED, 100);
        int tail = vertices.size() - TAIL;
        later = vertices.subList(vertices.size() - TAIL / 2, vertices.size());
        ledger.run(vertices.subList(0, tail), 3);
        ledger.run(vertices.subList(tail, vertices.size() - TAIL / 2), 0);
        genesis = Files.writeString(shared.resolve("genesis.json"), ledger.network.genesis.toJson());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void nameTarget() {
        target = directory.resolve("target");
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "CHUNK_FETCHED",
                "CHUNK_STORED",
                "TABLES_WRITTEN",
                "TABLES_INGESTED",
                "REPLAY_COMMITTED",
                "BEFORE_SWAP",
                "SWAPPED"
            })
    void killedTwiceItStillRecovers(Failpoint failpoint) throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(run(failpoint.name())).isEqualTo(KILLED);
            assertThat(Files.exists(target)).isEqualTo(failpoint == Failpoint.SWAPPED);
            if (failpoint == Failpoint.SWAPPED) {
                assertWhole();
                assertThat(run("")).as("the target is in the way").isEqualTo(1);
                assertThat(leftOvers()).isEmpty();
                Files.move(target, directory.resolve("aside" + i));
            }
        }

        assertThat(run("")).isZero();
        assertWhole();
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void verifiedChunkIsNotFetchedAgain() throws Exception {
        assertThat(run("CHUNK_STORED:2")).isEqualTo(KILLED);
        Map<String, FileTime> first = chunks();
        assertThat(first).hasSize(2);

        assertThat(run("CHUNK_STORED:1")).isEqualTo(KILLED);

        assertThat(chunks()).hasSize(3).containsAllEntriesOf(first);
        assertThat(run("")).isZero();
        assertWhole();
    }

    /** Last to change the log: what it appends is more than the others recover. */
    @Test
    void replicaGoesOnFromItsOwnStateWhateverEndedIt() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(run("BEFORE_LIVE", "--follow")).isEqualTo(KILLED);
            assertWhole();
        }
        try (var process = start("", "--follow", "--verify-signatures")) {
            process.awaitPrinted("live: the replica stands at the end of the log, at commit " + ledger.newestCommit());
            assertThat(process.output()).doesNotContain("snapshot of checkpoint");
            ledger.run(later, 0);
            later = List.of();
            assertThat(process.terminate()).isEqualTo(TERMINATED);
        }
        try (var process = start("", "--follow")) {
            process.awaitPrinted("live: the replica stands at the end of the log, at commit " + ledger.newestCommit());
            assertThat(process.output()).doesNotContain("snapshot of checkpoint");
            assertThat(process.terminate()).isEqualTo(TERMINATED);
        }
        assertWhole();
        assertThat(leftOvers()).isEmpty();
    }

    private int run(String failpoint, String... options) throws Exception {
        try (var process = start(failpoint, options)) {
            return process.awaitEnd();
        }
    }

    private ReplayerProcess start(String failpoint, String... options) throws IOException {
        var arguments = new ArrayList<>(List.of(
                "--bootstrap-servers",
                broker.cluster().bootstrapServers(),
                "--genesis",
                genesis.toString(),
                "--to",
                target.toString()));
        arguments.addAll(List.of(options));
        return ReplayerProcess.start(directory, failpoint, arguments);
    }

    private void assertWhole() {
        try (RocksStateStore store = StateDirectory.open(target, ledger.network.genesis)) {
            Hash root = new State(store, ledger.network.genesis.bucketBits()).root(0);
            assertThat(root).as("seed %d", SEED).isEqualTo(ledger.rootAfter(ledger.newestCommit()));
        }
    }

    private List<Path> leftOvers() throws IOException {
        try (var all = Files.list(directory)) {
            return all.filter(path -> path.getFileName().toString().startsWith("target."))
                    .toList();
        }
    }

    private Map<String, FileTime> chunks() throws IOException {
        Map<String, FileTime> chunks = new HashMap<>();
        try (var all = Files.list(directory.resolve("target.chunks"))) {
            for (Path path : all.toList()) {
                chunks.put(path.getFileName().toString(), Files.getLastModifiedTime(path));
            }
        }
        return chunks;
    }
}
