package dev.meshlog.ledger.vectors;

import static dev.meshlog.ledger.vectors.VectorNetwork.GENESIS;
import static dev.meshlog.ledger.vectors.VectorNetwork.JOINER;
import static dev.meshlog.ledger.vectors.VectorNetwork.NETWORK;
import static dev.meshlog.ledger.vectors.VectorNetwork.USER;
import static dev.meshlog.ledger.vectors.VectorNetwork.VALIDATORS;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.InMemoryPendingVertices;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The log of a small network: validators miss rounds and leave out parents; number 0 equivocates at round 7, one joins at round 20, number
 * 1 leaves at round 30 and makes a vertex at round 32 all the same, and nobody cites what number 2 made at round 15.
 */
final class RunLog {
    private static final long ROUNDS = 52;
    private static final int DISORDER = 7;

    private final Random random = new Random(2);
    private final Ledger ledger = open(new MemoryStateStore());
    private final List<Vertex> made = new ArrayList<>();
    private final Set<Hash> uncited = new HashSet<>();
    private final byte[] inBothForks = sign(USER, "split", VectorNetwork.COIN, 1, Domain.u64(9), 20);

    private VertexRef otherFork = VertexRef.implicit(VALIDATORS.get(0).publicKey());

    private RunLog() {}

    static Ledger open(StateStore store) {
        return new Ledger(
                GENESIS,
                new State(store, GENESIS.bucketBits()),
                new InMemoryPendingVertices(),
                Ed25519.fastest(),
                List.of(new SystemPod()));
    }

    /** Every vertex comes a few places early or late. */
    static List<Vertex> make() {
        var log = new RunLog();
        try {
            for (long round = 1; round <= ROUNDS; round++) {
                log.makeRound(round);
            }
        } catch (SafetyViolationException e) {
            throw new IllegalStateException("honest but for one equivocation", e);
        }
        for (int from = 0; from < log.made.size(); from += DISORDER) {
            Collections.shuffle(log.made.subList(from, Math.min(log.made.size(), from + DISORDER)), log.random);
        }
        return log.made;
    }

    private void makeRound(long round) throws SafetyViolationException {
        List<SigningKey> producers = new ArrayList<>(VALIDATORS);
        producers.add(JOINER);
        producers.removeIf(key -> !ledger.producerView(key.publicKey()).mayProduce(round));
        SigningKey absent =
                round != 15 && random.nextInt(3) == 0 ? producers.get(random.nextInt(producers.size())) : null;
        List<Vertex> ofRound = new ArrayList<>();
        for (SigningKey key : producers) {
            if (key != absent) {
                ofRound.add(vertex(key, round, transactions(key, round)));
            }
        }
        if (round == 7) {
            ofRound.removeIf(
                    vertex -> vertex.producer().equals(VALIDATORS.get(0).publicKey()));
            ofRound.add(vertex(VALIDATORS.get(0), round, List.of(inBothForks)));
            ofRound.add(vertex(VALIDATORS.get(0), round, List.of(inBothForks, inBothForks)));
        }
        if (round == 15) {
            ofRound.removeIf(
                    vertex -> vertex.producer().equals(VALIDATORS.get(2).publicKey()));
            Vertex orphan = vertex(VALIDATORS.get(2), round, List.of());
            uncited.add(orphan.id());
            ofRound.add(orphan);
        }
        if (round == 32) {
            ofRound.add(vertex(VALIDATORS.get(1), round, List.of()));
        }
        if (round == 7) {
            otherFork = ofRound.stream()
                    .map(Vertex::ref)
                    .filter(ref -> ref.producer().equals(otherFork.producer()))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
        for (Vertex vertex : ofRound) {
            ledger.apply(vertex, made.size());
            made.add(vertex);
        }
    }

    private Vertex vertex(SigningKey key, long round, List<byte[]> transactions) {
        var factory = new VertexFactory(NETWORK, GENESIS.epochLength(), key);
        return factory.make(
                round,
                parents(key, round),
                transactions,
                ledger.checkpoint().index(),
                ledger.checkpoint().root(),
                1_700_000_000_000L + 500 * round);
    }

    private List<VertexRef> parents(SigningKey key, long round) {
        List<VertexRef> parents =
                new ArrayList<>(ledger.producerView(key.publicKey()).parents(round));
        parents.removeIf(ref -> uncited.contains(ref.id()));
        if (round == 8 && key == VALIDATORS.get(3)) {
            parents.replaceAll(ref -> ref.producer().equals(otherFork.producer()) ? otherFork : ref);
        }
        if (random.nextInt(4) == 0) {
            List<VertexRef> fewer = new ArrayList<>(parents);
            fewer.remove(fewer.size() - 1);
            Validators before = ledger.knownValidators()
                    .ofEpoch((round - 1) / GENESIS.epochLength())
                    .orElseThrow();
            long weight = fewer.stream()
                    .filter(ref -> ref.round() == round - 1)
                    .mapToLong(ref -> before.weight(ref.producer()))
                    .sum();
            return before.isQuorum(weight) ? fewer : parents;
        }
        return parents;
    }

    private static List<byte[]> transactions(SigningKey key, long round) {
        if (key == VALIDATORS.get(3) && (round == 4 || round == 5)) {
            byte[] address = "udp://10.0.0.4:9".getBytes(StandardCharsets.UTF_8);
            return List.of(sign(JOINER, "register_validator", VectorNetwork.STAKE, 0, address, 20));
        }
        if (key == VALIDATORS.get(3) && (round == 13 || round == 14)) {
            return List.of(sign(VALIDATORS.get(1), "deregister_validator", null, 0, new byte[0], 30));
        }
        if (key == VALIDATORS.get(2) && round % 4 == 0) {
            return List.of(sign(USER, "set_object", VectorNetwork.OBJECT, 0, new byte[] {(byte) round}, round + 9));
        }
        return key == VALIDATORS.get(0) && round % 3 == 0
                ? List.of(sign(key, "create_object", null, 1, new byte[] {(byte) round}, round + 3))
                : List.of();
    }

    private static byte[] sign(
            SigningKey key, String function, @Nullable Hash written, int creates, byte[] args, long validUntil) {
        List<ObjectRef> writes = written == null ? List.of() : List.of(new ObjectRef(written, 1));
        var call = new Call(key.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, validUntil);
        return Transaction.sign(NETWORK, call, key).bytes();
    }
}
