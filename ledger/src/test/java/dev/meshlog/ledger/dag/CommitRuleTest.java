package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.VertexRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommitRuleTest {
    @Test
    void decidesAsTheRuleSaysWordForWord() throws Exception {
        Map<String, Integer> kinds = new HashMap<>();
        for (long seed = 0; seed < 400; seed++) {
            compare(seed, RandomDag.plain(seed), kinds);
        }
        assertThat(kinds)
                .as("every kind of decision comes up")
                .containsOnlyKeys("commit direct", "commit indirect", "skip direct", "skip indirect", "undecided");
    }

    @Test
    void oddFilesAreDecidedAndOrderedWordForWordToo() throws Exception {
        Map<String, Integer> kinds = new HashMap<>();
        for (long seed = 0; seed < 600; seed++) {
            compare(seed, RandomDag.odd(seed), kinds);
        }
        assertThat(kinds).hasSize(5);
    }

    private static void compare(long seed, String text, Map<String, Integer> kinds) throws Exception {
        DagFile file = DagFile.parse(text);
        Map<VertexRef, List<VertexRef>> parents = new HashMap<>();
        file.vertices().forEach(vertex -> parents.put(vertex.ref(), vertex.parents()));
        var naive = new NaiveRule(file, parents);
        List<String> expected = new ArrayList<>();
        List<VertexRef> leaders = new ArrayList<>();
        boolean prefix = true;
        long round = 0;
        for (String decision : naive.decisions()) {
            round++;
            String[] words = decision.split(" ", -1);
            kinds.merge(words.length == 1 ? words[0] : words[0] + " " + words[1], 1, Integer::sum);
            prefix &= !words[0].equals("undecided");
            String line = "leader " + round + " " + file.leaderName(round) + " ";
            if (words[0].equals("commit")) {
                FileVertex committed = byId(file, words[2]);
                if (prefix) {
                    leaders.add(committed.ref());
                }
                expected.add(
                        line + "commit " + words[1] + " " + committed.name().text());
            } else {
                expected.add(line + decision);
            }
        }
        long index = 0;
        for (List<VertexRef> batch : naive.batches(leaders, file.gcDepth().orElse(Long.MAX_VALUE))) {
            VertexRef leader = leaders.get((int) index++);
            expected.add("commit " + index + " " + file.vertexName(leader) + ": "
                    + String.join(" ", batch.stream().map(file::vertexName).toList()));
        }
        assertThat(file.decide().lines()).as("seed %d", seed).isEqualTo(expected);
    }

    private static FileVertex byId(DagFile file, String id) {
        return file.vertices().stream()
                .filter(vertex -> vertex.ref().id().hex().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
