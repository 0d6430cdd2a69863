package dev.meshlog.ledger.dag;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Legal DAGs in text form, one for each seed, with about as many parents as a quorum needs, so that slots of every kind come up. Whoever
 * equivocates has less than a third of the weight.
 */
final class RandomDag {
    private static final String NAMES = "ABCDEFGHIJ";

    private final Random random;
    private final List<Integer> weights = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private int total;

    private RandomDag(long seed) {
        random = new Random(seed);
    }

    private record Named(int producer, String name) {}

    /** One weight each, lines in order, nothing but vertices. */
    static String plain(long seed) {
        var dag = new RandomDag(seed);
        dag.vertices(dag.validators(4 + dag.random.nextInt(4), 1), 16);
        return String.join("\n", dag.lines) + "\n";
    }

    /** Everything that the format allows: weights, few or many validators, leaders, a GC depth, lines in any order, comments, CRLF. */
    static String odd(long seed) {
        var dag = new RandomDag(seed);
        Random random = dag.random;
        int size = 1 + random.nextInt(NAMES.length());
        String first = dag.validators(size, 1 + random.nextInt(4));
        int rounds = random.nextInt(20);
        for (int round = 1; round <= rounds; round++) {
            if (random.nextInt(5) == 0) {
                dag.lines.add("leader " + round + " " + NAMES.charAt(random.nextInt(size)));
            }
        }
        if (random.nextBoolean()) {
            dag.lines.add("gc-depth " + random.nextInt(6));
        }
        dag.vertices(first, rounds);
        dag.lines.remove(0);
        Collections.shuffle(dag.lines, random);
        String end = random.nextBoolean() ? "\r\n" : "\n";
        return "# before\n\n" + first + end + String.join("  # a comment" + end + "\t" + end, dag.lines) + end;
    }

    private String validators(int size, int maxWeight) {
        var line = new StringBuilder("validators");
        for (int i = 0; i < size; i++) {
            int weight = 1 + random.nextInt(maxWeight);
            weights.add(weight);
            total += weight;
            line.append(' ').append(NAMES.charAt(i)).append(weight == 1 ? "" : ":" + weight);
        }
        return line.toString();
    }

    private void vertices(String first, int rounds) {
        lines.add(0, first);
        List<Named> older = List.of();
        List<Named> before = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            before.add(new Named(i, NAMES.charAt(i) + "0"));
        }
        for (int round = 1; round <= rounds; round++) {
            List<Named> now = new ArrayList<>();
            int absent = random.nextInt(3) == 0 ? random.nextInt(weights.size()) : -1;
            for (int producer = 0; producer < weights.size(); producer++) {
                if (producer == absent && isQuorum(total - weights.get(producer))) {
                    continue;
                }
                boolean mayEquivocate = producer == 0 && weights.get(0) * 3 < total;
                int copies = mayEquivocate && random.nextInt(3) == 0 ? 2 + random.nextInt(2) : 1;
                for (int copy = 0; copy < copies; copy++) {
                    String name = NAMES.substring(producer, producer + 1) + round + "'".repeat(copy);
                    lines.add(name + ": " + String.join(" ", parents(before, older)));
                    now.add(new Named(producer, name));
                }
            }
            older = before;
            before = now;
        }
    }

    private List<String> parents(List<Named> before, List<Named> older) {
        int extra = random.nextInt(4) == 0 ? 1 : 0;
        Set<Integer> producers = new HashSet<>();
        List<String> chosen = new ArrayList<>();
        int weight = 0;
        for (Named parent : shuffled(before)) {
            boolean wanted = !isQuorum(weight) || extra-- > 0;
            if (wanted && producers.add(parent.producer())) {
                chosen.add(parent.name());
                weight += weights.get(parent.producer());
            }
        }
        for (Named parent : shuffled(older)) {
            if (random.nextInt(8) == 0 && producers.add(parent.producer())) {
                chosen.add(random.nextInt(chosen.size() + 1), parent.name());
            }
        }
        return chosen;
    }

    private boolean isQuorum(int weight) {
        return weight * 3 > total * 2;
    }

    private List<Named> shuffled(List<Named> vertices) {
        List<Named> shuffled = new ArrayList<>(vertices);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }
}
