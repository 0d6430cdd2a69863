package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.ProducerView;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import java.util.List;
import java.util.Random;

/** One vertex a round, to everybody; now and then seconds late. */
final class HonestProduction implements Production {
    private static final int LATEST_MS = 3_000;

    private final World world;
    private final int number;
    private final VertexFactory factory;

    HonestProduction(World world, int number, VertexFactory factory) {
        this.world = world;
        this.number = number;
        this.factory = factory;
    }

    @Override
    public List<Vertex> make(Ledger ledger, long round, ProducerView view, List<byte[]> transactions) {
        CheckpointMark checkpoint = ledger.checkpoint();
        return List.of(factory.make(
                round,
                view.parents(round),
                transactions,
                checkpoint.index(),
                checkpoint.root(),
                world.timeline.nowMs()));
    }

    @Override
    public void send(List<Vertex> made) {
        boolean isLate = world.chance(world.scenario.faults().latePercent());
        int held = isLate ? world.random.nextInt(LATEST_MS) : 0;
        for (Vertex vertex : made) {
            for (int to = 0; to < world.nodes.size(); to++) {
                if (to != number) {
                    world.links.send(number, to, new Message.Push(vertex.record()), held);
                }
            }
        }
    }

    @Override
    public boolean answers(Random random) {
        return true;
    }
}
