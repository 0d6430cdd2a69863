package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.ProducerView;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Two or three vertices for one round, seldom a dozen, each to some of the others and to some of them late, with the same transactions in each; lies about
 * the state; garbage in between; and silence when it is asked.
 */
final class LyingProduction implements Production {
    private static final int LATEST_MS = 2_500;
    private static final Hash NOBODY = Hash.ofHex("ee".repeat(32));

    private final World world;
    private final int number;
    private final VertexFactory factory;
    private final VertexFactory stranger;

    LyingProduction(World world, int number, VertexFactory factory) {
        this.world = world;
        this.number = number;
        this.factory = factory;
        this.stranger = new VertexFactory(
                world.genesis.networkId(), world.genesis.epochLength(), SigningKey.ofSeed(NOBODY.bytes()));
    }

    @Override
    public List<Vertex> make(Ledger ledger, long round, ProducerView view, List<byte[]> transactions) {
        List<Vertex> forks = new ArrayList<>();
        int count = world.chance(60) ? 1 : world.chance(5) ? 12 : 2 + world.random.nextInt(2);
        for (int fork = 0; fork < count; fork++) {
            forks.add(factory.make(
                    round,
                    disorder(view.parents(round)),
                    transactions,
                    world.random.nextInt(50),
                    NOBODY,
                    world.timeline.nowMs() + fork));
        }
        if (world.chance(20)) {
            garbage(forks.get(0), round, view);
        }
        return forks;
    }

    /** Its own parent first; the others in any order, which changes the id. */
    private List<VertexRef> disorder(List<VertexRef> parents) {
        List<VertexRef> others = new ArrayList<>(parents);
        VertexRef own = parents.get(0).producer().equals(factory.producer()) ? others.remove(0) : null;
        Collections.shuffle(others, world.random);
        if (own != null) {
            others.add(0, own);
        }
        return others;
    }

    @Override
    public void send(List<Vertex> made) {
        for (Vertex vertex : made) {
            for (int to = 0; to < world.nodes.size(); to++) {
                if (to != number && (made.size() == 1 || world.chance(50))) {
                    int held = world.chance(30) ? world.random.nextInt(LATEST_MS) : 0;
                    world.links.send(number, to, new Message.Push(vertex.record()), held);
                }
            }
        }
    }

    @Override
    public boolean answers(Random random) {
        return random.nextInt(100) < 60;
    }

    /** Something that must be refused, or wait for ever, to one of the others. */
    private void garbage(Vertex model, long round, ProducerView view) {
        List<VertexRef> parents = view.parents(round);
        SignedVertex record = switch (world.random.nextInt(7)) {
            case 0 ->
                new SignedVertex(model.record().getHeader(), new Bytes64(new byte[64]), ByteBuffer.wrap(model.body()));
            case 1 ->
                new SignedVertex(
                        model.record().getHeader(), model.record().getSignature(), ByteBuffer.wrap(new byte[] {1, 2, 3
                        }));
            case 2 -> signed(factory, round, parents.subList(0, 1));
            case 3 -> signed(factory, round + 600 + world.random.nextInt(1_000), unknownAt(round, parents));
            case 4 -> signed(factory, round + 5, unknownAt(round + 4, parents));
            case 5 -> signed(stranger, round, parents);
            default -> signed(factory, round, doubled(parents));
        };
        world.links.send(number, world.random.nextInt(world.nodes.size()), new Message.Push(record));
    }

    private SignedVertex signed(VertexFactory signer, long round, List<VertexRef> parents) {
        Vertex vertex = signer.make(round, parents, List.of(), 0, Hash.ZERO, 0);
        world.signatures.made(vertex.producer(), vertex.id(), vertex.signature());
        // Where one parent weighs a quorum even this one is valid.
        world.oracle.made(vertex);
        return vertex.record();
    }

    /** Parents of a round that nobody will ever see. */
    private static List<VertexRef> unknownAt(long round, List<VertexRef> parents) {
        return parents.stream()
                .map(parent -> new VertexRef(round, parent.producer(), NOBODY))
                .toList();
    }

    private static List<VertexRef> doubled(List<VertexRef> parents) {
        List<VertexRef> twice = new ArrayList<>(parents);
        twice.add(parents.get(parents.size() - 1));
        return twice;
    }
}
