package dev.meshlog.ledger.vectors;

import static dev.meshlog.ledger.vectors.VectorNetwork.GENESIS;
import static dev.meshlog.ledger.vectors.VectorNetwork.JOINER;
import static dev.meshlog.ledger.vectors.VectorNetwork.NETWORK;
import static dev.meshlog.ledger.vectors.VectorNetwork.STRANGER;
import static dev.meshlog.ledger.vectors.VectorNetwork.VALIDATORS;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.ledger.Parent;
import dev.meshlog.schemas.ledger.VertexBody;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Vertices and what a verifier says of them that knows the sets of epochs 0 and 1; in epoch 1 the joiner stands in for the last validator. */
final class VertexVectors {
    private static final AvroBinary<VertexBody> BODY = new AvroBinary<>(VertexBody.getClassSchema());
    private static final SigningKey PRODUCER = VALIDATORS.get(0);
    private static final List<Validators> SETS = List.of(new Validators(GENESIS.validators()), changedSet());

    private final ArrayNode list;

    private VertexVectors(ArrayNode list) {
        this.list = list;
    }

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        file.put("networkId", NETWORK.hex()).put("epochLength", GENESIS.epochLength());
        ArrayNode sets = file.putArray("validators");
        TransactionVectors.put(sets.addArray(), SETS.get(0));
        TransactionVectors.put(sets.addArray(), SETS.get(1));
        var vertices = new VertexVectors(file.putArray("vertices"));
        vertices.addGood();
        vertices.addBadParents();
        vertices.addBadHeaders();
        vertices.addBadBodies();
        return file;
    }

    private static Validators changedSet() {
        List<Validator> members = new ArrayList<>(GENESIS.validators().subList(0, 3));
        members.add(new Validator(JOINER.publicKey(), 12, "udp://j:1", 12));
        return new Validators(members);
    }

    static VertexVerifier verifier() {
        var known = new KnownValidators() {
            @Override
            public Optional<Validators> ofEpoch(long epoch) {
                return epoch < SETS.size() ? Optional.of(SETS.get((int) epoch)) : Optional.empty();
            }

            @Override
            public boolean isKnown(Hash publicKey) {
                return SETS.stream().anyMatch(set -> set.contains(publicKey));
            }
        };
        return new VertexVerifier(NETWORK, GENESIS.epochLength(), known, Ed25519.fastest());
    }

    private void addGood() {
        byte[] transaction = ExecutionCase.all().get(0).transaction();
        add("the first round", PRODUCER, 1, first(), List.of());
        add("with transactions", PRODUCER, 2, at(1), List.of(transaction, transaction));
        add("just a quorum", PRODUCER, 2, at(1).subList(0, 3), List.of(transaction));
        add("a parent from before", PRODUCER, 5, replaced(4, 3, ref(3, 2)), List.of());
        add("without an own parent", PRODUCER, 5, at(4).subList(1, 4), List.of());
        add("the first of an epoch, with parents of the set before", JOINER, 10, at(9), List.of());
        add("with a parent that is no validator", PRODUCER, 5, replaced(4, 3, ref(STRANGER, 2)), List.of());
    }

    private void addBadParents() {
        add("round 0", PRODUCER, 0, first(), List.of());
        add("two parents of one producer", PRODUCER, 2, replaced(1, 2, ref(1, 1)), List.of());
        List<VertexRef> reversed = new ArrayList<>(at(1));
        Collections.reverse(reversed);
        add("the own parent last", PRODUCER, 2, reversed, List.of());
        add("a parent of the same round", PRODUCER, 2, replaced(1, 3, ref(3, 2)), List.of());
        add("round 0 with an id", PRODUCER, 1, replaced(0, 1, new VertexRef(0, key(1), id(0, 1))), List.of());
        add("round 1 without an id", PRODUCER, 2, replaced(1, 1, new VertexRef(1, key(1), Hash.ZERO)), List.of());
        add("no parents", PRODUCER, 2, List.of(), List.of());
        add("a weight of 21 of 46", PRODUCER, 2, at(1).subList(0, 2), List.of());
        add("parents of two rounds before", PRODUCER, 3, at(1), List.of());
        List<VertexRef> five = new ArrayList<>(at(1));
        five.add(ref(STRANGER, 1));
        add("five parents, four validators", PRODUCER, 2, five, List.of());
    }

    private void addBadHeaders() {
        byte[] body = body(at(4), List.of());
        VertexHeader good = header(PRODUCER, 5, 0, body);
        addSigned("another epoch", PRODUCER, header(PRODUCER, 5, 1, body), body);
        addSigned("a round above 2^63", PRODUCER, header(PRODUCER, -5, 0, body), body);
        addSigned(
                "a checkpoint above 2^63",
                PRODUCER,
                new VertexHeader(PRODUCER.publicKey(), 5, 0, -1, Hash.ZERO, Domain.BODY.hash(body)),
                body);
        addSigned("a stranger", STRANGER, header(STRANGER, 5, 0, body), body);
        byte[] later = body(List.of(ref(3, 14), ref(0, 14), ref(1, 14), ref(2, 14)), List.of());
        addSigned("a validator that has left", VALIDATORS.get(3), header(VALIDATORS.get(3), 15, 1, later), later);
        addSigned("a validator that has yet to come", JOINER, header(JOINER, 5, 0, body), body);
        addSigned("the hash of another body", PRODUCER, header(PRODUCER, 5, 0, later), body);
        addSigned("signed by another validator", VALIDATORS.get(1), good, body);
        add("signed for another network", good.encode(), PRODUCER.sign(good.vertexId(Hash.ZERO)), body);
        byte[] signature = PRODUCER.sign(good.vertexId(NETWORK));
        signature[63] |= (byte) 0x80;
        add("an S beyond the group's order", good.encode(), signature, body);
        add("a header of 119 bytes", Arrays.copyOf(good.encode(), 119), new byte[64], body);
    }

    private void addBadBodies() {
        add("a transaction of two bytes", PRODUCER, 5, at(4), List.of(new byte[] {1, 2}));
        byte[] body = body(at(4), List.of());
        addBody("a byte too many", Arrays.copyOf(body, body.length + 1));
        addBody("a byte too few", Arrays.copyOf(body, body.length - 1));
        addBody("an empty body", new byte[0]);
        addBody("the number of parents in two bytes", join(new byte[] {(byte) 0x88, 0}, body));
        addBody("a claim of 1,001 parents", new byte[] {(byte) 0xd2, 0x0f});
        addBody("a claim of 1,001 transactions", new byte[] {0, (byte) 0xd2, 0x0f});
        addBody("a claim of 64 KiB and 1 byte in a transaction", new byte[] {0, 2, (byte) 0x82, (byte) 0x80, 8});
        addBody("a claim of 2^62 parents", new byte[] {-2, -1, -1, -1, -1, -1, -1, -1, 127});
        addBody("a parent at a round below 0", new byte[] {2, 1});
    }

    /** Puts the first bytes in the place of the body's first one. */
    private static byte[] join(byte[] first, byte[] body) {
        return ByteBuffer.allocate(first.length + body.length - 1)
                .put(first)
                .put(body, 1, body.length - 1)
                .array();
    }

    private void add(String name, SigningKey key, long round, List<VertexRef> parents, List<byte[]> transactions) {
        byte[] body = body(parents, transactions);
        addSigned(name, key, header(key, round, round / GENESIS.epochLength(), body), body);
    }

    private void addBody(String name, byte[] body) {
        addSigned(name, PRODUCER, header(PRODUCER, 5, 0, body), body);
    }

    private void addSigned(String name, SigningKey key, VertexHeader header, byte[] body) {
        add(name, header.encode(), key.sign(header.vertexId(NETWORK)), body);
    }

    private void add(String name, byte[] header, byte[] signature, byte[] body) {
        Verdict verdict = verifier().verify(header, signature, body);
        list.addObject()
                .put("name", name)
                .put("header", Hex.of(header))
                .put("id", Domain.VERTEX.hash(NETWORK.bytes(), header).hex())
                .put("signature", Hex.of(signature))
                .put("body", Hex.of(body))
                .put(
                        "verdict",
                        verdict instanceof Verdict.Invalid invalid
                                ? invalid.reason().name()
                                : "VALID");
    }

    private static VertexHeader header(SigningKey key, long round, long epoch, byte[] body) {
        return new VertexHeader(key.publicKey(), round, epoch, 1, id(0, 0), Domain.BODY.hash(body));
    }

    private static byte[] body(List<VertexRef> parents, List<byte[]> transactions) {
        return BODY.encode(new VertexBody(
                parents.stream()
                        .map(ref -> new Parent(
                                ref.round(), ref.producer().fixed(), ref.id().fixed()))
                        .toList(),
                transactions.stream().map(ByteBuffer::wrap).toList(),
                1_700_000_000_000L));
    }

    private static List<VertexRef> first() {
        return VALIDATORS.stream()
                .map(key -> VertexRef.implicit(key.publicKey()))
                .toList();
    }

    private static List<VertexRef> at(long round) {
        return List.of(ref(0, round), ref(1, round), ref(2, round), ref(3, round));
    }

    private static List<VertexRef> replaced(long round, int number, VertexRef other) {
        List<VertexRef> parents = new ArrayList<>(round == 0 ? first() : at(round));
        parents.set(number, other);
        return parents;
    }

    private static VertexRef ref(int validator, long round) {
        return ref(VALIDATORS.get(validator), round);
    }

    private static VertexRef ref(SigningKey key, long round) {
        return new VertexRef(
                round, key.publicKey(), Domain.VERTEX.hash(key.publicKey().bytes(), Domain.u64(round)));
    }

    private static Hash key(int validator) {
        return VALIDATORS.get(validator).publicKey();
    }

    private static Hash id(int validator, long round) {
        return ref(validator, round).id();
    }
}
