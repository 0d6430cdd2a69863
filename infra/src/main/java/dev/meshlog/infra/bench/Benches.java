package dev.meshlog.infra.bench;

import java.util.List;
import java.util.Optional;

/** All there are. */
public final class Benches {
    private static final List<Bench> ALL = List.of(
            new IngestBench(),
            new VerifyBench(),
            new OrderBench(),
            new StateRootBench(),
            new ExecuteBench(),
            new SnapshotBench(),
            new SnapshotDeltaBench(),
            new RestoreBench(),
            new ReplayBench(),
            new RecoverBench(),
            new JoinBench(),
            new RadioBench(),
            new KeySyncBench());

    private Benches() {}

    public static List<Bench> all() {
        return ALL;
    }

    public static Optional<Bench> find(String name) {
        return ALL.stream().filter(bench -> bench.name().equals(name)).findFirst();
    }
}
