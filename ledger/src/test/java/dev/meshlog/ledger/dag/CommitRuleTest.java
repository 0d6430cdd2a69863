package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.VertexRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CommitRuleTest {
    private static final String NAMES = "ABCDEFG";

    /** Random DAGs with just a quorum of parents, so that slots of every kind come up. */
    @Test
    void decidesAsTheRuleSaysWordForWord() throws Exception {
        Map<String, Integer> kinds = new HashMap<>();
        for (long seed = 0; seed < 400; seed++) {
            DagFile file = DagFile.parse(randomDag(new Random(seed)));
            Map<VertexRef, List<VertexRef>> parents = new HashMap<>();
            file.vertices().forEach(vertex -> parents.put(vertex.ref(), vertex.parents()));

            List<String> expected = new NaiveRule(file, parents).decisions();
            List<String> actual = file.decide().lines().stream()
                    .filter(line -> line.startsWith("leader"))
                    .toList();

            assertThat(actual).as("seed %d", seed).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                String[] words = expected.get(i).split(" ", -1);
                String kind = words.length == 1 ? words[0] : words[0] + " " + words[1];
                kinds.merge(kind, 1, Integer::sum);
                String name = words.length < 3 ? "" : " " + name(file, words[2]);
                assertThat(actual.get(i)).as("seed %d", seed).endsWith(" " + kind + name);
            }
        }
        assertThat(kinds)
                .as("every kind of decision comes up")
                .containsOnlyKeys("commit direct", "commit indirect", "skip direct", "skip indirect", "undecided");
    }

    private static String name(DagFile file, String id) {
        for (FileVertex vertex : file.vertices()) {
            if (vertex.ref().id().hex().equals(id)) {
                return vertex.name().text();
            }
        }
        throw new IllegalStateException(id);
    }

    private static String randomDag(Random random) {
        int size = 4 + random.nextInt(4);
        int quorum = size * 2 / 3 + 1;
        var text = new StringBuilder("validators "
                + String.join(
                        " ",
                        NAMES.substring(0, size)
                                .chars()
                                .mapToObj(Character::toString)
                                .toList()) + "\n");
        List<String> before = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            before.add(NAMES.charAt(i) + "0");
        }
        for (int round = 1; round <= 16; round++) {
            List<String> now = new ArrayList<>();
            int absent = random.nextInt(3) == 0 ? random.nextInt(size) : -1;
            for (int producer = 0; producer < size; producer++) {
                // One producer equivocates: within what the rule bears.
                int copies = producer == absent ? 0 : producer == 0 && random.nextInt(3) == 0 ? 2 : 1;
                for (int copy = 0; copy < copies; copy++) {
                    String name = NAMES.substring(producer, producer + 1) + round + "'".repeat(copy);
                    text.append(name)
                            .append(": ")
                            .append(String.join(" ", choose(random, before, quorum)))
                            .append('\n');
                    now.add(name);
                }
            }
            before = now;
        }
        return text.toString();
    }

    private static List<String> choose(Random random, List<String> before, int quorum) {
        List<String> shuffled = new ArrayList<>(before);
        Collections.shuffle(shuffled, random);
        int wanted = quorum + (random.nextInt(4) == 0 ? 1 : 0);
        Set<Character> producers = new HashSet<>();
        List<String> chosen = new ArrayList<>();
        for (String name : shuffled) {
            if (chosen.size() < wanted && producers.add(name.charAt(0))) {
                chosen.add(name);
            }
        }
        return chosen;
    }
}
