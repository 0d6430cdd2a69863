package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;

/**
 * A network of validators and listeners in virtual time, with everything that may go wrong drawn from a seed: first trouble, then calm, and
 * in the calm the network must go on. The invariants of {@link Oracle} are checked with everything that happens. One thread; several
 * simulations may run beside each other.
 */
public final class Simulation {
    /** Virtual time within which the network must get on again. */
    private static final long CALM_LIMIT_MS = 60_000;

    private static final int COMMITS_IN_CALM = 8;
    private static final int RETRY_MS = 2_000;

    private final long seed;
    private final World world;
    private final Workload workload;
    private final List<Hash> markers = new ArrayList<>();

    /**
     * What happened in a run.
     *
     * @param counts of events by name
     */
    public record Report(long seed, long virtualMs, NavigableMap<String, Long> counts) {}

    private Simulation(long seed, Procedures procedures) {
        this.seed = seed;
        var random = new Random(seed);
        Scenario scenario = Scenario.draw(random);
        List<SigningKey> keys = new ArrayList<>();
        for (int node = 0; node < scenario.nodes(); node++) {
            keys.add(key(seed, node));
        }
        this.world = new World(scenario, random, genesis(scenario, keys), procedures);
        for (int node = 0; node < scenario.nodes(); node++) {
            world.nodes.add(new SimulatedNode(world, node, keys.get(node)));
            world.oracle.producer(node, keys.get(node).publicKey());
        }
        this.workload = new Workload(world);
    }

    /**
     * Runs one seed to its end.
     *
     * @throws SimulationFailure when an invariant does not hold, or the network does not get on in the calm
     */
    public static Report run(long seed) {
        return run(seed, new Procedures() {});
    }

    static Report run(long seed, Procedures procedures) {
        var simulation = new Simulation(seed, procedures);
        try {
            simulation.trouble();
            simulation.calm();
        } catch (RuntimeException e) {
            throw new SimulationFailure(seed, simulation.world.timeline.nowMs(), simulation.world.scenario, e);
        }
        return new Report(seed, simulation.world.timeline.nowMs(), simulation.world.oracle.counts());
    }

    private static SigningKey key(long seed, int node) {
        return SigningKey.ofSeed(
                ByteBuffer.allocate(32).putLong(seed).putInt(node).array());
    }

    private static GenesisConfig genesis(Scenario scenario, List<SigningKey> keys) {
        List<Validator> validators = new ArrayList<>();
        for (int i = 0; i < scenario.weights().size(); i++) {
            validators.add(
                    new Validator(keys.get(i).publicKey(), scenario.weights().get(i), "", 0));
        }
        List<GenesisConfig.InitialCoin> coins = new ArrayList<>();
        List<GenesisConfig.InitialObject> objects = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            Hash owner = keys.get(i).publicKey();
            coins.add(new GenesisConfig.InitialCoin(id(i, 1), owner, 100));
            coins.add(new GenesisConfig.InitialCoin(id(i, 2), owner, 1 + i % 3));
            objects.add(new GenesisConfig.InitialObject(id(i, 3), owner, new byte[] {(byte) i}));
        }
        Scenario.Rules rules = scenario.rules();
        return new GenesisConfig(
                "simulation",
                validators,
                rules.epochLength(),
                rules.gcDepth(),
                rules.checkpointInterval(),
                rules.bucketBits(),
                rules.maxTxValidity(),
                objects,
                coins);
    }

    private static Hash id(int node, int number) {
        return Hash.of(
                ByteBuffer.allocate(Hash.LENGTH).putInt(node).putInt(number).array());
    }

    private void trouble() {
        Scenario scenario = world.scenario;
        for (SimulatedNode node : world.nodes) {
            int number = node.number();
            if (!scenario.isNewcomer(number)) {
                node.start();
            } else {
                world.timeline.after(within(scenario.troubleMs() / 2), node::join);
            }
            if (scenario.isJoiner(number)) {
                registerUntilItIsIn(node);
            }
            if (scenario.isLeaver(number)) {
                world.timeline.after(within(scenario.troubleMs() / 2), () -> leaveUntilItIsOut(node));
            }
        }
        for (int i = 0; i < scenario.faults().partitions(); i++) {
            world.timeline.after(within(scenario.troubleMs()), () -> {
                world.links.cut(500 + within(2_500));
                world.oracle.count("partitions");
            });
        }
        for (int i = 0; i < scenario.faults().crashes(); i++) {
            world.timeline.after(within(scenario.troubleMs()), this::crash);
        }
        workload.begin();
        while (world.timeline.nowMs() < scenario.troubleMs() && world.timeline.step()) {
            // each step checks
        }
    }

    private void crash() {
        SimulatedNode node = world.nodes.get(world.random.nextInt(world.nodes.size()));
        if (node.isHonest()) {
            node.crash(world.random.nextBoolean(), 100 + within(3_000), world.chance(40));
        }
    }

    private void registerUntilItIsIn(SimulatedNode node) {
        world.timeline.after(RETRY_MS, () -> {
            if (!world.oracle.model().validators().contains(node.id())) {
                if (!node.isBehind()) {
                    workload.register(node);
                }
                registerUntilItIsIn(node);
            } else {
                world.oracle.count("registered");
            }
        });
    }

    private void leaveUntilItIsOut(SimulatedNode node) {
        if (world.oracle.model().validators().contains(node.id())) {
            workload.deregister(node);
            world.timeline.after(RETRY_MS, () -> leaveUntilItIsOut(node));
        } else {
            world.oracle.count("deregistered");
        }
    }

    /** Faults are over but for the liars: everybody gets on, and what honest validators are given is executed. */
    private void calm() {
        world.links.calm();
        world.nodes.forEach(SimulatedNode::calm);
        long start = world.timeline.nowMs();
        long wanted = world.oracle.commits() + COMMITS_IN_CALM;
        while (!isHealthy(wanted)) {
            if (world.timeline.nowMs() - start > CALM_LIMIT_MS || !world.timeline.step()) {
                throw new InvariantViolation(
                        "O9",
                        "wanted are commit " + wanted + " everywhere and " + markers.size() + " transactions; "
                                + progress());
            }
            if (markers.isEmpty() && allUp()) {
                submitMarkers();
            }
        }
    }

    private boolean allUp() {
        return world.nodes.stream().allMatch(SimulatedNode::isUp);
    }

    private boolean isHealthy(long wanted) {
        return !markers.isEmpty()
                && world.nodes.stream().allMatch(node -> node.commitIndex() >= wanted)
                && markers.stream().allMatch(world.oracle::isExecuted);
    }

    private void submitMarkers() {
        for (SimulatedNode node : world.nodes) {
            int number = node.number();
            if (node.isHonest() && !world.scenario.isNewcomer(number) && !world.scenario.isLeaver(number)) {
                Transaction marker = workload.marker(node.key());
                node.submit(marker.bytes());
                markers.add(marker.id());
            }
        }
    }

    private String progress() {
        StringBuilder text = new StringBuilder();
        for (SimulatedNode node : world.nodes) {
            text.append("node ")
                    .append(node.number())
                    .append(" at ")
                    .append(node.describe())
                    .append("; ");
        }
        return text.append(markers.stream().filter(world.oracle::isExecuted).count())
                .append(" executed")
                .toString();
    }

    private long within(long limit) {
        return world.random.nextInt((int) limit);
    }

    @Override
    public String toString() {
        return "seed " + seed;
    }
}
