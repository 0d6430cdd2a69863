package dev.meshlog.infra.bench;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.certificate.Attestation;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateCollector;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Bytes120;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.ledger.Parent;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.VertexBody;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Validators whose vertices cite all of the round before, their own first. The same for the same number every time. */
final class BenchNetwork {
    private static final AvroBinary<VertexBody> BODY = new AvroBinary<>(VertexBody.getClassSchema());
    private static final Bytes64 UNSIGNED = new Bytes64(new byte[64]);
    private static final long EPOCH_LENGTH = 1_000;

    private final List<SigningKey> keys;
    private final GenesisConfig genesis;
    private final Hash networkId;
    private final Random random = new Random(1);
    private List<VertexRef> newest;
    private long round;

    BenchNetwork(int validators) {
        keys = IntStream.range(0, validators).mapToObj(BenchNetwork::key).toList();
        genesis = new GenesisConfig(
                "bench",
                keys.stream()
                        .map(key -> new Validator(key.publicKey(), 1, "", 0))
                        .toList(),
                EPOCH_LENGTH,
                GenesisConfig.DEFAULT_GC_DEPTH,
                GenesisConfig.DEFAULT_CHECKPOINT_INTERVAL,
                GenesisConfig.DEFAULT_BUCKET_BITS,
                GenesisConfig.DEFAULT_MAX_TX_VALIDITY,
                List.of(),
                List.of());
        networkId = genesis.networkId();
        newest = keys.stream().map(key -> VertexRef.implicit(key.publicKey())).toList();
    }

    static SigningKey key(int number) {
        return SigningKey.ofSeed(ByteBuffer.allocate(32).putInt(number + 1).array());
    }

    GenesisConfig genesis() {
        return genesis;
    }

    long round() {
        return round;
    }

    Hash networkId() {
        return networkId;
    }

    /** One vertex of every validator for the next round, in random order. */
    List<Vertex> nextRound(List<byte[]> transactions) {
        return nextRound(producer -> transactions);
    }

    List<Vertex> nextRound(IntFunction<List<byte[]>> transactionsOf) {
        List<Vertex> vertices = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            vertices.add(factory(i).make(round + 1, parents(i), transactionsOf.apply(i), 0, Hash.ZERO, round));
        }
        return took(vertices);
    }

    /** By a quorum of the validators, for a checkpoint that they have executed. */
    Certificate certificate(CheckpointMark mark) {
        var collector = new CertificateCollector(networkId, -1);
        var validators = new Validators(genesis.validators());
        Optional<Certificate> complete = Optional.empty();
        for (int i = 0; i < keys.size() && complete.isEmpty(); i++) {
            Vertex vertex = factory(i).make(1, List.of(), List.of(), mark.index(), mark.root(), 0);
            complete = collector.add(Attestation.of(vertex), validators);
        }
        return complete.orElseThrow();
    }

    private VertexFactory factory(int producer) {
        return new VertexFactory(networkId, EPOCH_LENGTH, keys.get(producer));
    }

    /** As {@link #nextRound(IntFunction)}, with a signature of zeros: for what comes behind the verification. */
    List<Vertex> nextUnsignedRound(IntFunction<List<byte[]>> transactionsOf) {
        List<Vertex> vertices = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            byte[] body = BODY.encode(VertexBody.newBuilder()
                    .setParents(parents(i).stream()
                            .map(parent -> new Parent(
                                    parent.round(),
                                    parent.producer().fixed(),
                                    parent.id().fixed()))
                            .toList())
                    .setTransactions(transactionsOf.apply(i).stream()
                            .map(ByteBuffer::wrap)
                            .toList())
                    .setTimestampMs(round)
                    .build());
            var header = new VertexHeader(
                    keys.get(i).publicKey(),
                    round + 1,
                    (round + 1) / EPOCH_LENGTH,
                    0,
                    Hash.ZERO,
                    Domain.BODY.hash(body));
            vertices.add(Vertex.parse(
                    networkId, new SignedVertex(new Bytes120(header.encode()), UNSIGNED, ByteBuffer.wrap(body))));
        }
        return took(vertices);
    }

    private List<VertexRef> parents(int producer) {
        List<VertexRef> parents = new ArrayList<>(newest);
        Collections.swap(parents, 0, producer);
        return parents;
    }

    private List<Vertex> took(List<Vertex> vertices) {
        round++;
        newest = vertices.stream().map(Vertex::ref).toList();
        List<Vertex> arriving = new ArrayList<>(vertices);
        Collections.shuffle(arriving, random);
        return arriving;
    }
}
