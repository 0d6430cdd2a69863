package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.vertex.VertexFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One computer: a disk, and a process that comes and goes.
 *
 * <pre>
 * absent → joining → up ⇄ down
 * </pre>
 *
 * Validators of the genesis are up from the start. A newcomer listens and buffers while it fetches a snapshot.
 */
final class SimulatedNode {
    private static final int TICK_MS = 50;

    private final World world;
    private final int number;
    private final SigningKey key;
    private final Disk disk;
    private final List<Runnable> buffered = new ArrayList<>();
    private @Nullable NodeProcess process;
    private boolean isJoining;
    private boolean crashesAtNextAppend;

    SimulatedNode(World world, int number, SigningKey key) {
        this.world = world;
        this.number = number;
        this.key = key;
        this.disk = new Disk(key.publicKey());
    }

    int number() {
        return number;
    }

    Hash id() {
        return key.publicKey();
    }

    SigningKey key() {
        return key;
    }

    boolean isUp() {
        return process != null;
    }

    boolean isHonest() {
        return !world.scenario.isLiar(number);
    }

    /** -1 while it is not up. */
    long commitIndex() {
        return process == null ? -1 : process.commitIndex();
    }

    String describe() {
        return process == null ? (isJoining ? "joining" : "down") : process.describe();
    }

    boolean isBehind() {
        return process == null || process.isBehind();
    }

    @Nullable SnapshotCut offer() {
        return disk.offer;
    }

    void receive(int from, Message message) {
        if (process != null) {
            process.receive(from, message);
        } else if (isJoining && message instanceof Message.Push) {
            buffered.add(() -> receive(from, message));
        }
    }

    void submit(byte[] transaction) {
        if (process != null) {
            process.submit(transaction);
        }
    }

    /** The process begins on what the disk holds. */
    void start() {
        NodeProcess started = new NodeProcess(world, this, disk, production());
        process = started;
        world.oracle.started(number, started.commitIndex());
        started.applyLog();
        started.sendAgain();
        tick(started);
    }

    private Production production() {
        var factory = new VertexFactory(world.genesis.networkId(), world.genesis.epochLength(), key);
        return isHonest() ? new HonestProduction(world, number, factory) : new LyingProduction(world, number, factory);
    }

    private void tick(NodeProcess of) {
        world.timeline.after(TICK_MS, () -> {
            if (process == of) {
                of.tick();
                tick(of);
            }
        });
    }

    /** Kills the process now, or right after the next write to the log. */
    void crash(boolean atNextAppend, long downMs, boolean losesState) {
        if (process == null) {
            return;
        }
        if (atNextAppend) {
            crashesAtNextAppend = true;
        } else {
            process = null;
        }
        long before = world.oracle.commitIndex(number);
        world.timeline.after(downMs, () -> restart(losesState, before));
    }

    /** No crash that was planned comes any more. */
    void calm() {
        crashesAtNextAppend = false;
    }

    boolean crashesBetweenLogAndState() {
        if (crashesAtNextAppend) {
            crashesAtNextAppend = false;
            process = null;
            return true;
        }
        return false;
    }

    private void restart(boolean losesState, long before) {
        if (process != null) {
            crashesAtNextAppend = false;
            return;
        }
        if (losesState) {
            restoreOwnSnapshot();
        } else {
            disk.cursor = world.procedures.resumeAt(disk.cursor);
        }
        start();
        world.oracle.recovered(number, before);
    }

    private void restoreOwnSnapshot() {
        var store = new MemoryStateStore();
        SnapshotCut cut = disk.snapshot;
        if (cut == null) {
            disk.swap(store, 0);
            return;
        }
        try {
            cut.install(world.genesis.networkId(), store, world.procedures, world.oracle);
        } catch (InvalidSnapshotException e) {
            throw new InvariantViolation("O5", "node " + number + " refuses its own snapshot: " + e.getMessage());
        }
        disk.swap(store, cut.replayFrom());
        world.oracle.count("restored from its own snapshot");
    }

    /** Listens from now on, and goes live with what {@link Join} brings. */
    void join() {
        isJoining = true;
        new Join(world, this).begin();
    }

    /** With a verified state and the snapshot it came from, or an empty one for the genesis. */
    void goLive(MemoryStateStore state, @Nullable SnapshotCut from, long firstRound) {
        isJoining = false;
        disk.swap(state, 0);
        disk.snapshot = from == null ? null : from.replayedFrom(0);
        start();
        if (process != null) {
            process.askForRounds(firstRound);
        }
        List.copyOf(buffered).forEach(Runnable::run);
        buffered.clear();
    }
}
