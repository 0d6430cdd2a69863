package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Every vertex of a few validators up to some round, and an intake whose log is in memory. */
final class Chain implements AutoCloseable {
    private final GenesisConfig genesis;
    private final List<List<Vertex>> rounds = new ArrayList<>();
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final Spread<Peer> spread = new Spread<>(100_000);
    private final Intake intake;

    Chain(int validators, int rounds, Intake.Outcome outcome) {
        List<SigningKey> keys =
                IntStream.rangeClosed(1, validators).mapToObj(Chain::key).toList();
        genesis = new GenesisConfig(
                "chain",
                keys.stream()
                        .map(key -> new Validator(key.publicKey(), 1, "", 0))
                        .toList(),
                10_000,
                60,
                16,
                8,
                1_000,
                List.of(),
                List.of());
        List<VertexRef> before =
                keys.stream().map(key -> VertexRef.implicit(key.publicKey())).toList();
        for (int round = 1; round <= rounds; round++) {
            List<Vertex> made = new ArrayList<>();
            for (SigningKey key : keys) {
                made.add(make(key, round, before));
            }
            before = made.stream().map(Vertex::ref).toList();
            this.rounds.add(made);
        }
        intake = new Intake(
                producer,
                genesis,
                OpenEpochs.genesis(genesis),
                Ed25519.bouncyCastle(),
                spread,
                () -> Long.MAX_VALUE,
                new ForkLimit(() -> 0, genesis.gcDepth()),
                outcome);
    }

    private static SigningKey key(int number) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        return SigningKey.ofSeed(seed);
    }

    private Vertex make(SigningKey key, long round, List<VertexRef> before) {
        List<VertexRef> parents = new ArrayList<>(before);
        // The own one comes first.
        parents.sort((left, right) -> Boolean.compare(
                right.producer().equals(key.publicKey()), left.producer().equals(key.publicKey())));
        return new VertexFactory(genesis.networkId(), genesis.epochLength(), key)
                .make(round, parents, List.of(), 0, Hash.ZERO, round);
    }

    Hash networkId() {
        return genesis.networkId();
    }

    GenesisConfig genesis() {
        return genesis;
    }

    Intake intake() {
        return intake;
    }

    Spread<Peer> spread() {
        return spread;
    }

    List<Vertex> round(long round) {
        return rounds.get((int) round - 1);
    }

    /** Of whole rounds, in their order. */
    List<SignedVertex> records(long first, long last) {
        return IntStream.rangeClosed((int) first, (int) Math.min(last, rounds.size()))
                .mapToObj(this::round)
                .flatMap(List::stream)
                .map(Vertex::record)
                .toList();
    }

    /** One of a round that may lie far above; it has no parents, and no rule lets it in. */
    SignedVertex orphan(long round) {
        return make(key(1), round, List.of()).record();
    }

    /** What is in the log, in its order. */
    List<SignedVertex> logged() {
        return producer.history().stream()
                .filter(rec -> rec.topic().equals(Topics.VERTICES.name()))
                .map(rec -> Topics.VERTICES.values().deserializer().deserialize(rec.topic(), rec.value()))
                .toList();
    }

    /** As who follows the log does. */
    void seeWhatIsLogged() {
        for (SignedVertex each : logged()) {
            Hash id = VertexHeader.decode(each.getHeader().bytes()).vertexId(networkId());
            List<Peer> unused = spread.logged(id, List.of());
        }
    }

    @Override
    public void close() {
        intake.close();
    }
}
