package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.MemoryStateStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A newcomer fetches a snapshot from one node after another until one gives a true one. */
final class Join {
    private static final int FETCH_MS = 300;
    private static final int ATTEMPTS = 20;

    private final World world;
    private final SimulatedNode self;
    private final Set<Integer> demoted = new HashSet<>();
    private int attempts;

    Join(World world, SimulatedNode self) {
        this.world = world;
        this.self = self;
    }

    void begin() {
        world.timeline.after(FETCH_MS, this::attempt);
    }

    private void attempt() {
        SimulatedNode source = source();
        SnapshotCut offered = source == null ? null : offer(source);
        if (source == null || offered == null) {
            later();
            return;
        }
        var store = new MemoryStateStore();
        try {
            if (!isTrusted(offered)) {
                world.oracle.count("snapshots refused for their root");
                demoted.add(source.number());
                later();
                return;
            }
            offered.install(world.genesis.networkId(), store, world.procedures, world.oracle);
        } catch (InvalidSnapshotException e) {
            world.oracle.count("snapshots refused for a chunk");
            demoted.add(source.number());
            later();
            return;
        }
        byte[] entry = store.get(StateKey.chain());
        if (entry == null) {
            throw new InvariantViolation("O5", "a true snapshot without a chain entry");
        }
        world.oracle.count("joined from a snapshot");
        self.goLive(store, offered, ChainHead.decode(entry).gcFloor() + 1);
    }

    /** By the genesis alone as long as its validators are the validators; else by the root that an operator hands over. */
    private boolean isTrusted(SnapshotCut offered) {
        return world.scenario.changesValidators()
                ? world.oracle.isTrusted(offered.manifest())
                : world.procedures.isCertified(offered, world.genesis, world.signatures);
    }

    private void later() {
        attempts++;
        if (attempts < ATTEMPTS) {
            world.timeline.after(FETCH_MS, this::attempt);
        } else {
            world.oracle.count("joined from the genesis");
            self.goLive(new MemoryStateStore(), null, 1);
        }
    }

    private @Nullable SimulatedNode source() {
        List<SimulatedNode> sources = new ArrayList<>();
        for (SimulatedNode node : world.nodes) {
            if (node.isUp() && node.offer() != null && !demoted.contains(node.number())) {
                sources.add(node);
            }
        }
        return sources.isEmpty() ? null : sources.get(world.random.nextInt(sources.size()));
    }

    /** What a source sends: an honest one its snapshot, a liar one with a flipped bit or another state. */
    private @Nullable SnapshotCut offer(SimulatedNode source) {
        SnapshotCut genuine = source.offer();
        return genuine == null || source.isHonest() ? genuine : new Forgery(world, source.key()).of(genuine);
    }
}
