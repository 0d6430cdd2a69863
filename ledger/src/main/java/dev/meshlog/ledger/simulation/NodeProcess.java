package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.Applied;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.DagEvent;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.ProducerView;
import dev.meshlog.ledger.dag.Arrival;
import dev.meshlog.ledger.dag.ForkAdmission;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexVerifier;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A node while it is up: what a crash takes away. Works on a {@link Disk}, log first, then state. */
final class NodeProcess {
    private static final int MIN_ROUND_INTERVAL_MS = 100;
    private static final int LEADER_TIMEOUT_MS = 500;
    private static final int ASK_INTERVAL_MS = 200;
    private static final int QUIET_MS = 1_000;
    private static final int ROUNDS_A_REQUEST = 40;
    private static final int VERTICES_A_REQUEST = 64;
    private static final int TRANSACTIONS_A_VERTEX = 20;

    private final World world;
    private final SimulatedNode node;
    private final Disk disk;
    private final State state;
    private final Ledger ledger;
    private final VertexVerifier verifier;
    private final Production production;
    private final Attestations attestations;
    private final ForkAdmission admission = new ForkAdmission();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private KnownValidators validators;
    private long highestSeen;
    private long newestRound;
    private long newestRoundSinceMs;
    private long askedMs;
    private long madeMs;
    private long nextRound;
    private long nextRoundSinceMs;

    NodeProcess(World world, SimulatedNode node, Disk disk, Production production) {
        this.world = world;
        this.node = node;
        this.disk = disk;
        this.production = production;
        this.attestations = new Attestations(world, node.number(), disk);
        this.state = new State(disk.store, world.genesis.bucketBits());
        this.ledger = new Ledger(
                world.genesis, world.procedures.table(state), disk.pending, world.signatures, List.of(new SystemPod()));
        state.flush();
        this.validators = ledger.knownValidators();
        this.verifier = new VertexVerifier(
                world.genesis.networkId(),
                world.genesis.epochLength(),
                new LatestValidators(() -> validators),
                world.signatures);
    }

    long commitIndex() {
        return ledger.head().commitIndex();
    }

    String describe() {
        return "commit " + commitIndex() + ", round " + ledger.dag().newestRound() + ", decided "
                + ledger.dag().decidedRound() + ", suspended " + ledger.dag().suspendedCount() + ", missing "
                + ledger.dag().missingParents(5);
    }

    boolean isBehind() {
        return highestSeen > ledger.dag().newestRound() + 2;
    }

    void submit(byte[] transaction) {
        waiting.add(transaction);
    }

    void receive(int from, Message message) {
        if (message instanceof Message.Push push) {
            take(push.vertex());
        } else if (production.answers(world.random)) {
            answer(from, message);
        }
    }

    private void answer(int to, Message message) {
        List<Vertex> found = new ArrayList<>();
        if (message instanceof Message.WantVertices wanted) {
            for (VertexRef ref : wanted.refs()) {
                Vertex vertex = disk.find(ref.id());
                if (vertex != null) {
                    found.add(vertex);
                }
            }
        } else if (message instanceof Message.WantRounds wanted) {
            found.addAll(disk.rounds(wanted.first(), wanted.last()));
        }
        found.forEach(vertex -> world.links.send(node.number(), to, new Message.Push(vertex.record())));
    }

    private void take(SignedVertex record) {
        Verdict verdict = verifier.verify(record);
        world.oracle.verified(verdict);
        if (verdict instanceof Verdict.Valid valid) {
            highestSeen = Math.max(highestSeen, valid.value().round());
            if (!disk.contains(valid.value().id()) && isAdmitted(valid.value().ref())) {
                disk.append(valid.value());
                if (!node.crashesBetweenLogAndState()) {
                    applyLog();
                    produce();
                }
            }
        }
    }

    private boolean isAdmitted(VertexRef vertex) {
        boolean admitted = admission.admits(vertex, ledger.dag().isWanted(vertex));
        if (!admitted) {
            world.oracle.count("forks held off");
        }
        return admitted;
    }

    /** Applies the log from the cursor to its end. */
    void applyLog() {
        while (disk.cursor < disk.logEnd()) {
            Vertex vertex = disk.at(disk.cursor);
            if (world.procedures.isReplayed(vertex, ledger.head())) {
                apply(vertex, disk.cursor);
            }
            disk.cursor++;
        }
        validators = ledger.knownValidators();
        admission.forget(ledger.dag().floor());
    }

    /** One commit at a time, so that a snapshot can be cut exactly at each. */
    private void apply(Vertex vertex, long offset) {
        Applied applied;
        do {
            try {
                applied = ledger.apply(vertex, offset, ledger.head().commitIndex() + 1);
            } catch (SafetyViolationException e) {
                throw new InvariantViolation("O1", "node " + node.number() + " halts: " + e.getMessage());
            }
            if (applied.arrival() == Arrival.TOO_FAR_AHEAD) {
                world.oracle.count("too far ahead");
                disk.forget(vertex.ref());
            }
            for (DagEvent event : applied.events()) {
                world.oracle.event(node.number(), event);
                if (event.kind() == DagEvent.Kind.EVICTED) {
                    disk.forget(event.vertex());
                } else if (event.kind() == DagEvent.Kind.ORPHAN) {
                    takeBack(event.vertex());
                }
            }
            if (applied.arrival() == Arrival.TAKEN) {
                attestations.take(vertex, validators);
            }
            applied.commits().forEach(this::committed);
        } while (!applied.commits().isEmpty());
        state.flush();
    }

    /** The transactions of an own vertex that will never be committed go into the next one. */
    private void takeBack(VertexRef orphan) {
        Vertex own = orphan.producer().equals(node.id()) ? disk.find(orphan.id()) : null;
        if (own != null) {
            waiting.addAll(own.transactions());
        }
    }

    private void committed(CommitOutput commit) {
        world.oracle.committed(
                node.number(), commit, ledger.dag().decision(commit.leader().round()));
        commit.checkpoint().ifPresent(checkpoint -> {
            attestations.executed(checkpoint);
            if (checkpoint.index() % 3 == 0) {
                disk.snapshot = SnapshotCut.of(world.genesis, disk.store, state.bucketDigests(), commit, checkpoint);
                attestations.cut(disk.snapshot);
                world.oracle.cut(node.number(), disk.snapshot.manifest());
            }
        });
    }

    /** What a clock would do: asks for what is missing, and produces when it is time. */
    void tick() {
        long now = world.timeline.nowMs();
        if (now - askedMs >= ASK_INTERVAL_MS) {
            askedMs = now;
            ask();
        }
        produce();
    }

    private void ask() {
        List<VertexRef> missing = ledger.dag().missingParents(VERTICES_A_REQUEST);
        if (!missing.isEmpty()) {
            world.links.send(node.number(), anotherNode(), new Message.WantVertices(missing));
        }
        if (isBehind() || isQuiet()) {
            askForRounds(ledger.dag().newestRound());
        }
    }

    /** What was sent while this node was down leaves no gap to see when nothing follows it. */
    private boolean isQuiet() {
        long now = world.timeline.nowMs();
        if (ledger.dag().newestRound() > newestRound) {
            newestRound = ledger.dag().newestRound();
            newestRoundSinceMs = now;
        }
        return now - newestRoundSinceMs >= QUIET_MS;
    }

    /** @param first of the rounds that are asked for, at most some dozens at once */
    void askForRounds(long first) {
        world.links.send(node.number(), anotherNode(), new Message.WantRounds(first, first + ROUNDS_A_REQUEST));
    }

    private int anotherNode() {
        int nodes = world.nodes.size();
        return nodes == 1 ? 0 : (node.number() + 1 + world.random.nextInt(nodes - 1)) % nodes;
    }

    private void produce() {
        ProducerView view = ledger.producerView(node.id());
        long round = Math.max(world.procedures.newestOwnRound(disk), view.quorumRound()) + 1;
        if (!view.hasQuorum(round - 1) || !view.mayProduce(round)) {
            return;
        }
        long now = world.timeline.nowMs();
        if (round != nextRound) {
            nextRound = round;
            nextRoundSinceMs = now;
        }
        boolean hasWaited = view.hasLeader(round - 1) || now - nextRoundSinceMs >= LEADER_TIMEOUT_MS;
        if (hasWaited && now - madeMs >= MIN_ROUND_INTERVAL_MS) {
            madeMs = now;
            make(round, view);
        }
    }

    /** Logged first, then sent. */
    private void make(long round, ProducerView view) {
        List<byte[]> transactions = new ArrayList<>();
        while (transactions.size() < TRANSACTIONS_A_VERTEX && !waiting.isEmpty()) {
            transactions.add(waiting.remove());
        }
        List<Vertex> made = production.make(ledger, round, view, transactions);
        for (Vertex vertex : made) {
            world.signatures.made(vertex.producer(), vertex.id(), vertex.signature());
            world.oracle.made(vertex);
            disk.append(vertex);
        }
        if (!node.crashesBetweenLogAndState()) {
            production.send(made);
            applyLog();
        }
    }

    /** After a restart: what was logged and perhaps never sent. */
    void sendAgain() {
        long newest = disk.newestOwnRound();
        production.send(disk.rounds(newest - 1, newest).stream()
                .filter(vertex -> vertex.producer().equals(node.id()))
                .toList());
    }
}
