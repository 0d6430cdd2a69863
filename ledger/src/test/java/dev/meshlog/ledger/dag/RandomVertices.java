package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Vertices as a network of equal validators makes them: each sees those of the round before late or not at all, takes a quorum of them, and
 * cites what it missed later. In every other round one author is late for all others. The first {@code faulty} now and then make two or three for one round.
 */
final class RandomVertices implements Schedule {
    private static final Hash NETWORK = Hash.ZERO;

    final Validators validators;
    final List<BareVertex> vertices = new ArrayList<>();
    private final Random random;
    private final int quorum;
    private final Set<VertexRef> late = new HashSet<>();
    private long named;

    RandomVertices(Random random, int size, int faulty, int rounds) {
        this.random = random;
        this.quorum = size * 2 / 3 + 1;
        this.validators = new Validators(IntStream.range(0, size)
                .mapToObj(number -> new Validator(key(number), 1, "", 0))
                .toList());
        List<VertexRef> before = new ArrayList<>();
        IntStream.range(0, size).forEach(number -> before.add(VertexRef.implicit(key(number))));
        List<VertexRef> uncited = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            List<VertexRef> now = new ArrayList<>();
            int absent = random.nextInt(4) == 0 ? random.nextInt(size) : -1;
            for (int producer = 0; producer < size; producer++) {
                int copies = producer == absent
                        ? 0
                        : producer < faulty && random.nextInt(5) == 0 ? 2 + random.nextInt(2) : 1;
                for (int copy = 0; copy < copies; copy++) {
                    now.add(make(round, producer, before, uncited));
                }
            }
            if (random.nextBoolean()) {
                late.add(now.get(random.nextInt(now.size())));
            }
            uncited.clear();
            uncited.addAll(before);
            before.clear();
            before.addAll(now);
        }
    }

    private static Hash key(int number) {
        return Domain.BODY.hash(Domain.u32(number));
    }

    private VertexRef make(int round, int producer, List<VertexRef> before, List<VertexRef> older) {
        List<VertexRef> shuffled = new ArrayList<>(before);
        Collections.shuffle(shuffled, random);
        Map<Hash, VertexRef> parents = new HashMap<>();
        int wanted = quorum + (random.nextInt(3) == 0 ? 1 : 0);
        for (VertexRef ref : shuffled) {
            boolean isSeen = !late.contains(ref) || ref.producer().equals(key(producer));
            if (isSeen && parents.size() < wanted) {
                parents.putIfAbsent(ref.producer(), ref);
            }
        }
        for (VertexRef ref : shuffled) {
            if (parents.size() < quorum) {
                parents.putIfAbsent(ref.producer(), ref);
            }
        }
        for (VertexRef ref : older) {
            if (ref.round() > 0 && random.nextInt(4) == 0) {
                parents.putIfAbsent(ref.producer(), ref);
            }
        }
        var ref = new VertexRef(round, key(producer), Domain.VERTEX.hash(Domain.u64(named++)));
        List<VertexRef> list = new ArrayList<>(parents.values());
        list.sort(Comparator.naturalOrder());
        vertices.add(new BareVertex(ref, list));
        return ref;
    }

    /** Most within two rounds of each other, some many rounds late. */
    List<BareVertex> delivery(Random order) {
        Map<BareVertex, Double> times = new HashMap<>();
        for (BareVertex vertex : vertices) {
            boolean isLate = late.contains(vertex.ref()) || order.nextInt(20) == 0;
            times.put(vertex, vertex.ref().round() + order.nextDouble() * (isLate ? 12 : 2));
        }
        List<BareVertex> ordered = new ArrayList<>(vertices);
        ordered.sort(Comparator.comparing(times::get));
        return ordered;
    }

    @Override
    public Validators validators(long round) {
        return validators;
    }

    @Override
    public Hash leader(long round) {
        return validators.leader(NETWORK, 0, round);
    }
}
