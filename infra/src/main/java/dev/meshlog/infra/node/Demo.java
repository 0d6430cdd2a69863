package dev.meshlog.infra.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.Difference;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.ledger.CommitRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The demo's script: a recorded mesh and a load of transactions until both have shown what they should, then the ledger is stopped, its state is
 * recovered from snapshot plus replay into a fresh directory, and both are compared.
 */
public final class Demo {
    public static final int VERIFICATION_FAILED = 3;

    private static final String WRITTEN_BY_DEMO = "# Written by the demo.";
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final Duration RADIO = Duration.ofMinutes(3);
    private static final Duration SETTLED = Duration.ofSeconds(8);
    private static final Duration LEDGER = Duration.ofSeconds(90);
    private static final int SHOWN_DIFFERENCES = 10;
    private static final int WANTED_SNAPSHOTS = 2;
    private static final int WANTED_CHECKPOINTS = 2;
    private static final int KEPT_RECOVERIES = 1;

    private final Cluster cluster;
    private final LocalNode node;
    private final MeshView view;
    private final Path directory;
    private final Narrator terminal;
    private final CountDownLatch stop;

    public Demo(
            Cluster cluster, LocalNode node, MeshView view, Path directory, Narrator terminal, CountDownLatch stop) {
        this.cluster = cluster;
        this.node = node;
        this.view = view;
        this.directory = directory;
        this.terminal = terminal;
        this.stop = stop;
    }

    /**
     * What the demo runs with. It is written into the data directory, so that a plain {@code up} goes on where a demo ended; a configuration that
     * somebody else put there stays.
     */
    public static MeshlogConfig configuration(Path dataDirectory, List<Recording> recordings) {
        var config = new MeshlogConfig(
                null,
                null,
                new MeshlogConfig.Radio(
                        null, recordings.stream().map(Recording::link).toList(), null, null, null, null),
                null,
                null,
                null);
        Path file = dataDirectory.resolve("meshlog.yaml");
        try {
            if (Files.exists(file) && !Files.readString(file).startsWith(WRITTEN_BY_DEMO)) {
                return config; // somebody's own: it stays
            }
            Files.writeString(
                    file,
                    WRITTEN_BY_DEMO + "\n" + YAML.writeValueAsString(config).replaceFirst("^---\\R", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
        return config;
    }

    /** The tables to compare with: the named ones, or those of the recording that comes with Meshlog; none for another recording. */
    public static Optional<Path> expectedTables(
            Path dataDirectory, @Nullable Path expected, @Nullable Path frames, @Nullable Path mqtt) {
        if (expected != null) {
            return Optional.of(expected);
        }
        if (frames != null || mqtt != null) {
            return Optional.empty();
        }
        String name = Recording.BUILT_IN + ".expected.json";
        try {
            return Optional.of(
                    Recording.resource(name, dataDirectory.resolve("recordings").resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    /** Returns the exit code: 0, or 3 when something is not as it must be. */
    public int run(List<Recording> recordings, Optional<Path> expected) throws InterruptedException {
        Optional<ExpectedTables> tables = expected.map(ExpectedTables::read);
        String network = recordings.get(0).network();
        terminal.say("playing %s as network %s"
                .formatted(
                        recordings.stream()
                                .map(recording ->
                                        String.valueOf(recording.file().getFileName()))
                                .toList(),
                        network));
        var identity = node.prepareLedger();
        boolean radioOk;
        var load = new DemoLoad(
                cluster,
                identity.genesis().networkId(),
                () -> view.newestCommit().map(CommitRecord::getLeaderRound).orElse(0L));
        load.start();
        try {
            radioOk = awaitRadio(network, tables);
            awaitSnapshots();
        } finally {
            load.close();
            terminal.say(
                    "load ends: %d transactions submitted, %d executed".formatted(load.submitted(), load.succeeded()));
        }
        if (stop.getCount() == 0) {
            terminal.say("stopped before the end of the demo; 'meshlog up' goes on where it was");
            return 1;
        }
        boolean ledgerOk = recover(identity);
        terminal.say(
                radioOk && ledgerOk
                        ? "the demo is done: everything is as it must be"
                        : "the demo is done: NOT everything is as it must be");
        terminal.say("look around: ./meshlog keys | topics | ledger status | dump-state --data " + directory);
        return radioOk && ledgerOk ? 0 : VERIFICATION_FAILED;
    }

    private boolean awaitRadio(String network, Optional<ExpectedTables> tables) throws InterruptedException {
        long deadline = System.nanoTime() + RADIO.toNanos();
        long lastChange = System.nanoTime();
        MeshView.Summary before = null;
        while (System.nanoTime() < deadline && !stop.await(500, TimeUnit.MILLISECONDS)) {
            requireHealthy();
            MeshView.Summary now = view.summary();
            terminal.status(now);
            var radio = List.of(now.counters(), now.nodes(), now.keys());
            if (before == null || !radio.equals(List.of(before.counters(), before.nodes(), before.keys()))) {
                lastChange = System.nanoTime();
                before = now;
            }
            boolean played = node.ingest().orElseThrow().awaitFinished(Duration.ZERO);
            boolean settled = System.nanoTime() - lastChange > SETTLED.toNanos();
            boolean equal = tables.isPresent()
                    && tables.get().differences(network, view).isEmpty();
            if (played && (equal || settled)) {
                break;
            }
        }
        return report(network, tables);
    }

    private boolean report(String network, Optional<ExpectedTables> tables) {
        MeshView.Summary summary = view.summary();
        if (tables.isEmpty()) {
            terminal.say("radio: %d nodes, %d keys; no expected tables were given, nothing is compared"
                    .formatted(summary.nodes(), summary.keys()));
            return true;
        }
        List<String> differences = tables.get().differences(network, view);
        if (differences.isEmpty()) {
            terminal.say("radio: the tables equal the expected ones: %d nodes, %d keys, %d keys shared, %d low-entropy"
                    .formatted(summary.nodes(), summary.keys(), summary.sharedKeys(), summary.lowEntropyKeys()));
            return true;
        }
        terminal.say("radio: the tables DIFFER from the expected ones in %d places:".formatted(differences.size()));
        differences.stream().limit(SHOWN_DIFFERENCES).forEach(terminal::say);
        return false;
    }

    private void awaitSnapshots() throws InterruptedException {
        long deadline = System.nanoTime() + LEDGER.toNanos();
        while (System.nanoTime() < deadline
                && !enoughToShow(view.summary())
                && !stop.await(500, TimeUnit.MILLISECONDS)) {
            requireHealthy();
            terminal.status(view.summary());
        }
    }

    /** Replay has something to do: checkpoints that no snapshot covers. */
    private static boolean enoughToShow(MeshView.Summary summary) {
        return summary.snapshots() >= WANTED_SNAPSHOTS
                && summary.checkpoint() >= summary.snapshotCheckpoint() + WANTED_CHECKPOINTS;
    }

    private void requireHealthy() {
        node.failure().ifPresent(failure -> {
            throw new UserError("a part stopped: " + failure, "the log file tells more; what was stored is kept");
        });
    }

    private boolean recover(LedgerIdentity identity) {
        node.stopLedger();
        terminal.say("ledger processing is stopped; recovering its state into a fresh directory");
        Path target = directory
                .resolve("replayer")
                .resolve("recovered-" + Clock.systemUTC().millis());
        try {
            Files.createDirectories(target.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(target.toString(), e);
        }
        RecoveryReport report = new Replayer(cluster, identity.genesis(), Clock.systemUTC())
                .recover(
                        new Replayer.Plan(target, false, Long.MAX_VALUE, new Trust.OfGenesis()),
                        new RecoveryListener() {
                            @Override
                            public void snapshotChosen(Manifest manifest) {
                                terminal.say("snapshot of checkpoint %d, %d entries in %d chunks"
                                        .formatted(
                                                manifest.checkpointIndex(),
                                                manifest.entries(),
                                                manifest.chunks().size()));
                            }

                            @Override
                            public void noSnapshot() {
                                terminal.say("no snapshot yet: replaying everything");
                            }
                        });
        terminal.result("recovery", report.figures());
        report.differences().stream()
                .limit(SHOWN_DIFFERENCES)
                .map(Difference::toString)
                .forEach(terminal::say);
        boolean reached = view.newestCommit()
                .map(commit -> commit.getIndex() <= report.commitIndex())
                .orElse(false);
        if (!reached) {
            terminal.say("the recovered state stands before the newest commit");
        }
        boolean ok = report.verified() && reached;
        terminal.say(ok ? "state roots are EQUAL" : "state roots DIFFER");
        removeOldRecoveries(target);
        return ok;
    }

    private void removeOldRecoveries(Path newest) {
        try (var all = Files.list(newest.getParent())) {
            List<Path> old = all.filter(path -> !path.equals(newest)).sorted().toList();
            for (Path path : old.subList(0, Math.max(0, old.size() - KEPT_RECOVERIES + 1))) {
                Directories.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(newest.toString(), e);
        }
    }
}
