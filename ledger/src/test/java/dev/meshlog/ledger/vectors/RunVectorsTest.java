package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.Applied;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.DagEvent;
import dev.meshlog.ledger.chain.InMemoryPendingVertices;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.Bytes120;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RunVectorsTest {
    private final JsonNode file = VectorFiles.read("run.json");
    private final GenesisConfig genesis =
            GenesisConfig.ofJson(file.get("genesis").asText());
    private final MemoryStateStore store = new MemoryStateStore();
    private final Ledger ledger = new Ledger(
            genesis,
            new State(store, genesis.bucketBits()),
            new InMemoryPendingVertices(),
            Ed25519.fastest(),
            List.of(new SystemPod()));

    @Test
    void logGivesItsCommitsEventsAndEntries() throws Exception {
        List<JsonNode> commits = new ArrayList<>();
        file.get("commits").forEach(commits::add);
        List<JsonNode> events = new ArrayList<>();
        file.get("events").forEach(events::add);
        for (int offset = 0; offset < file.get("log").size(); offset++) {
            Applied applied = ledger.apply(vertex(offset), offset);
            for (CommitOutput commit : applied.commits()) {
                assertCommit(commits.remove(0), offset, commit);
            }
            for (DagEvent event : applied.events()) {
                JsonNode expected = events.remove(0);
                assertThat(expected.get("offset").asInt()).isEqualTo(offset);
                assertThat(event.kind().name()).isEqualTo(expected.get("kind").asText());
                assertThat(event.vertex().id().hex())
                        .isEqualTo(expected.get("vertex").asText());
                assertThat(event.evidence()).hasSize(expected.get("evidence").size());
            }
        }
        assertThat(commits).isEmpty();
        assertThat(events).isEmpty();
        NavigableMap<byte[], byte[]> entries = new TreeMap<>(ChangeSet.KEY_ORDER);
        store.forEach(genesis.bucketBits(), (bucket, key, value) -> entries.put(key, value));
        assertThat(Entries.hex(entries)).isEqualTo(Entries.hex(file.get("entries")));
    }

    private void assertCommit(JsonNode expected, int offset, CommitOutput commit) {
        String name = "commit " + commit.index();
        assertThat(expected.get("offset").asInt()).as(name).isEqualTo(offset);
        assertThat(commit.index()).isEqualTo(expected.get("index").asLong());
        assertThat(commit.commitHash().hex())
                .as(name)
                .isEqualTo(expected.get("hash").asText());
        assertThat(commit.leader().round())
                .as(name)
                .isEqualTo(expected.get("leaderRound").asLong());
        assertThat(commit.leader().id().hex())
                .as(name)
                .isEqualTo(expected.get("leader").asText());
        assertThat(commit.epoch()).as(name).isEqualTo(expected.get("epoch").asLong());
        assertThat(commit.replayFrom())
                .as(name)
                .isEqualTo(expected.get("replayFrom").asLong());
        assertThat(commit.vertexIds().stream().map(Hash::hex).toList())
                .as(name)
                .isEqualTo(VectorFiles.texts(expected.get("vertices")));
        assertThat(commit.results()).as(name).hasSize(expected.get("results").size());
        for (int i = 0; i < commit.results().size(); i++) {
            TxResult result = commit.results().get(i);
            JsonNode its = expected.get("results").get(i);
            assertThat(result.txId().hex()).as(name).isEqualTo(its.get("txId").asText());
            assertThat(result.vertexId().hex())
                    .as(name)
                    .isEqualTo(its.get("vertex").asText());
            assertThat(result.code().name()).as(name).isEqualTo(its.get("code").asText());
            assertThat(result.created().stream().map(Hash::hex).toList())
                    .as(name)
                    .isEqualTo(VectorFiles.texts(its.get("created")));
        }
        assertThat(Entries.hex(commit.changes())).as(name).isEqualTo(Entries.hex(expected.get("changes")));
        assertThat(commit.checkpoint().map(mark -> mark.root().hex()).orElse(""))
                .as(name)
                .isEqualTo(expected.at("/checkpoint/root").asText());
    }

    /** What the run is there to show does happen in it. */
    @Test
    void runHasWhatItPromises() {
        List<Integer> members = new ArrayList<>();
        file.get("validators").forEach(set -> members.add(set.size()));
        assertThat(members).startsWith(4, 4, 5, 4);
        assertThat(file.get("events").findValuesAsText("kind")).containsExactly("EQUIVOCATION", "ORPHAN", "REFUSED");
        assertThat(file.get("commits").findValuesAsText("code")).contains("OK", "DUPLICATE", "VERSION_MISMATCH");
        assertThat(file.get("commits")).hasSizeBetween(38, 45);
        assertThat(file.get("commits").findValuesAsText("leaderRound")).doesNotContain("5");
    }

    @Test
    void verifierTakesEveryVertexOfTheLogAsLongAsItsEpochIsOpen() throws Exception {
        List<String> invalid = new ArrayList<>();
        for (int offset = 0; offset < file.get("log").size(); offset++) {
            Vertex vertex = vertex(offset);
            var verifier = new VertexVerifier(
                    genesis.networkId(), genesis.epochLength(), ledger.knownValidators(), Ed25519.fastest());
            if (verifier.verify(vertex.record()).vertex().isEmpty()) {
                invalid.add(vertex.id().hex());
            }
            ledger.apply(vertex, offset);
        }
        assertThat(invalid)
                .containsExactly(file.get("events").get(2).get("vertex").asText());
    }

    /** Without this implementation's own writer of commits. */
    @Test
    void commitHashesAreAChain() {
        byte[] previous = new byte[Hash.LENGTH];
        for (JsonNode commit : file.get("commits")) {
            List<byte[]> parts = new ArrayList<>();
            parts.add(previous);
            parts.add(Domain.u64(commit.get("index").asLong()));
            parts.add(Hex.parse(commit.get("leader").asText()));
            commit.get("vertices").forEach(id -> parts.add(Hex.parse(id.asText())));
            previous = Domain.COMMIT.hash(parts.toArray(byte[][]::new)).bytes();
            assertThat(Hex.of(previous)).isEqualTo(commit.get("hash").asText());
        }
    }

    private Vertex vertex(int offset) {
        JsonNode vertex = file.get("log").get(offset);
        return Vertex.parse(
                genesis.networkId(),
                new SignedVertex(
                        new Bytes120(Hex.parse(vertex.get(0).asText())),
                        new Bytes64(Hex.parse(vertex.get(1).asText())),
                        ByteBuffer.wrap(Hex.parse(vertex.get(2).asText()))));
    }
}
