package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What all nodes of a run share. */
final class World {
    final Scenario scenario;
    final Random random;
    final GenesisConfig genesis;
    final Procedures procedures;
    final Timeline timeline = new Timeline();
    final Signatures signatures = new Signatures();
    final List<SimulatedNode> nodes = new ArrayList<>();
    final Oracle oracle;
    final Links links;

    World(Scenario scenario, Random random, GenesisConfig genesis, Procedures procedures) {
        this.scenario = scenario;
        this.random = random;
        this.genesis = genesis;
        this.procedures = procedures;
        this.oracle = new Oracle(genesis, scenario);
        this.links = new Links(timeline, random, scenario.faults(), nodes);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
