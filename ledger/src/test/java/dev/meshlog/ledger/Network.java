package dev.meshlog.ledger;

import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Hex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;

/** A network of n validators of weight 1 and the vertices that a seeded generator lets them make. They all name checkpoint 0, the genesis. */
public final class Network {
    public final List<SigningKey> keys;
    public final GenesisConfig genesis;
    private final List<VertexFactory> factories;
    private final CheckpointMark genesisCheckpoint;

    public Network(int size, long epochLength, long gcDepth, List<GenesisConfig.InitialCoin> coins) {
        this(size, epochLength, gcDepth, 1_000, coins);
    }

    public Network(
            int size, long epochLength, long gcDepth, long maxTxValidity, List<GenesisConfig.InitialCoin> coins) {
        keys = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            keys.add(key(i));
        }
        keys.sort(Comparator.comparing(SigningKey::publicKey));
        genesis = new GenesisConfig(
                "test",
                keys.stream()
                        .map(key -> new Validator(key.publicKey(), 1, "", 0))
                        .toList(),
                epochLength,
                gcDepth,
                4,
                8,
                maxTxValidity,
                List.of(new GenesisConfig.InitialObject(
                        Hash.ofHex("ab".repeat(32)), keys.get(0).publicKey(), Hex.parse("00"))),
                coins);
        var state = new State(new MemoryStateStore(), genesis.bucketBits());
        GenesisState.entries(genesis).forEach(state::put);
        genesisCheckpoint = new CheckpointMark(0, state.root(0), state.entries());
        factories = keys.stream().map(this::factory).toList();
    }

    public CheckpointMark genesisCheckpoint() {
        return genesisCheckpoint;
    }

    public Network(int size) {
        this(size, 20, 12, List.of());
    }

    public static SigningKey key(int number) {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) (number + 1));
        return SigningKey.ofSeed(seed);
    }

    public VertexFactory factory(SigningKey key) {
        return new VertexFactory(genesis.networkId(), genesis.epochLength(), key);
    }

    public Vertex vertex(int producer, long round, List<VertexRef> parents, List<byte[]> transactions) {
        return factories.get(producer).make(round, parents, transactions, 0, genesisCheckpoint.root(), round);
    }

    /** Every producer skips a round now and then, cites some late vertices late, and equivocates seldom. */
    public List<Vertex> generate(Random random, int rounds, LongFunction<List<byte[]>> transactions) {
        int size = keys.size();
        int quorum = size * 2 / 3 + 1;
        int faulty = (size - 1) / 3;
        List<Vertex> all = new ArrayList<>();
        List<List<VertexRef>> byProducer = new ArrayList<>();
        for (SigningKey key : keys) {
            byProducer.add(new ArrayList<>(List.of(VertexRef.implicit(key.publicKey()))));
        }
        for (long round = 1; round <= rounds; round++) {
            Set<Integer> absent = new HashSet<>();
            while (absent.size() < faulty && random.nextInt(3) == 0) {
                absent.add(random.nextInt(size));
            }
            List<List<VertexRef>> before = byProducer.stream().map(List::copyOf).toList();
            for (int producer = 0; producer < size; producer++) {
                if (absent.contains(producer)) {
                    continue;
                }
                int copies = producer < faulty && random.nextInt(6) == 0 ? 2 : 1;
                for (int copy = 0; copy < copies; copy++) {
                    List<VertexRef> parents = parents(random, producer, round, before, quorum);
                    Vertex vertex = vertex(producer, round, parents, transactions.apply(round * 100 + producer));
                    all.add(vertex);
                    byProducer.get(producer).add(vertex.ref());
                }
            }
        }
        return all.stream().distinct().toList();
    }

    private static List<VertexRef> parents(
            Random random, int producer, long round, List<List<VertexRef>> before, int quorum) {
        List<VertexRef> others = new ArrayList<>();
        List<VertexRef> weak = new ArrayList<>();
        for (int other = 0; other < before.size(); other++) {
            List<VertexRef> vertices = before.get(other);
            List<VertexRef> newest = vertices.stream()
                    .filter(ref ->
                            ref.round() == vertices.get(vertices.size() - 1).round())
                    .toList();
            VertexRef chosen = newest.get(random.nextInt(newest.size()));
            if (other != producer) {
                (chosen.round() == round - 1 ? others : weak).add(chosen);
            }
        }
        List<VertexRef> own = before.get(producer);
        VertexRef first = own.get(own.size() - 1);
        java.util.Collections.shuffle(others, random);
        int needed = first.round() == round - 1 ? quorum - 1 : quorum;
        int taken = Math.min(others.size(), needed + random.nextInt(before.size() - needed + 1));
        List<VertexRef> parents = new ArrayList<>();
        parents.add(first);
        parents.addAll(others.subList(0, taken));
        for (VertexRef ref : weak) {
            if (ref.round() > 0 && random.nextBoolean()) {
                parents.add(ref);
            }
        }
        return parents;
    }
}
