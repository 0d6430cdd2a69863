package dev.meshlog.infra.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkCheckTest {
    private static final Hash SOME = Hash.of(new byte[Hash.LENGTH]);

    @TempDir
    Path directory;

    @Test
    void nodeWithAnotherDumpDiffersFromTheOthers() {
        NetworkCheck check = check(dump("one"), dump("other"), dump("one"));
        assertThat(check.isEqual()).isFalse();
        assertThat(check.nodes().stream().map(NodeVerdict::difference))
                .containsExactly(Optional.empty(), Optional.of("the dump differs"), Optional.empty());
    }

    @Test
    void nodeWhoseStateIsNotWhatItPublishedDiffers() {
        var lying = new StateDump("one", Optional.of("state roots DIFFER"));
        assertThat(check(dump("one"), dump("one"), lying).nodes().get(2).difference())
                .contains("state roots DIFFER");
    }

    @Test
    void equalNodesAreEqual() {
        assertThat(check(dump("one"), dump("one"), dump("one")).isEqual()).isTrue();
    }

    private NetworkCheck check(StateDump... dumps) {
        List<NodeProcess> nodes = LocalNetwork.open(
                        directory, LocalNetwork.Settings.of(2, 1, Object.class), new Random())
                .nodes();
        var commits = new TreeMap<Long, CommitFacts>();
        commits.put(1L, new CommitFacts(SOME, SOME, SOME));
        return NetworkCheck.compare(
                nodes,
                nodes.stream()
                        .map(node -> new NodeHistory(node.name(), commits, 0))
                        .toList(),
                List.of(dumps),
                1);
    }

    private static StateDump dump(String hash) {
        return new StateDump(hash, Optional.empty());
    }
}
