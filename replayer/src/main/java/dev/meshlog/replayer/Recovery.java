package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One attempt: a snapshot or the genesis, and the log behind it. */
record Recovery(
        Cluster cluster,
        SnapshotSource source,
        GenesisConfig genesis,
        Clock clock,
        Replayer.Plan plan,
        RecoveryDirectory directory,
        LogIdentity log) {

    /** @param candidate null: from the genesis */
    RecoveryReport from(
            SnapshotChoice.@Nullable Candidate candidate, List<Refusal> refusals, RecoveryListener listener) {
        long started = clock.millis();
        long startCommit = 0;
        long replayFrom = 0;
        if (candidate == null) {
            listener.noSnapshot();
        } else {
            listener.snapshotChosen(candidate.manifest());
            startCommit = candidate.manifest().commitIndex();
            replayFrom = candidate.binding().getReplayFrom();
        }
        boolean isOfThisLog = candidate == null || candidate.log().equals(log);
        var published = isOfThisLog ? PublishedCommits.read(cluster, startCommit - 1) : PublishedCommits.NONE;
        if (candidate != null) {
            if (isOfThisLog) {
                requirePosition(candidate, published);
                LogReplay.requireReaches(cluster, replayFrom);
            } else {
                requireEnd(candidate);
            }
            new ChunkDownload(candidate.manifest(), directory.chunks(), listener).fetchFrom(source, plan.threads());
        }
        long fetched = clock.millis();
        RecoveryReport report;
        Signatures signatures = plan.verifySignatures() ? new Signatures(genesis, Ed25519.fastest()) : null;
        try (RocksStateStore store = RocksStateStore.open(directory.partial(), genesis.bucketBits());
                var intake = new VertexIntake(genesis, signatures, plan.threads())) {
            State state = candidate == null
                    ? State.inMemory(store, genesis.bucketBits())
                    : new SnapshotInstaller(
                                    candidate.manifest(),
                                    (id, size) -> ChunkDownload.read(directory.chunks(), id),
                                    directory.chunks(),
                                    store,
                                    plan.threads())
                            .install(listener);
            long applied = clock.millis();
            var ledger = new ReplayedLedger(genesis, store, state, signatures);
            if (candidate != null) {
                requireHead(ledger, candidate.manifest());
            }
            if (plan.indexed() && isOfThisLog) {
                var unused = ledger.keepIndex(genesis, cluster, listener);
            }
            begin(ledger, candidate, replayFrom, published);
            if (isOfThisLog) {
                replay(ledger, intake, replayFrom, published, listener);
            }
            report = new RecoveryReport(
                    RecoveryReport.Snapshot.of(candidate, isOfThisLog),
                    RecoveryReport.Replayed.of(ledger, replayFrom),
                    RecoveryReport.Checked.of(
                            ledger.comparison(),
                            published.byIndex().get(ledger.head().commitIndex())),
                    refusals,
                    new RecoveryReport.Times(fetched - started, applied - fetched, clock.millis() - applied));
            store.sync();
        }
        if (report.consistent()) {
            directory.swap();
        }
        return report;
    }

    private void begin(
            ReplayedLedger ledger,
            SnapshotChoice.@Nullable Candidate candidate,
            long replayFrom,
            PublishedCommits published) {
        long checkpoint = candidate == null ? 0 : candidate.manifest().checkpointIndex();
        boolean certified = candidate != null && plan.trust() instanceof Trust.OfGenesis;
        LogIdentity its = candidate == null ? log : candidate.log();
        ledger.begin(its, checkpoint, certified ? checkpoint : -1, replayFrom);
        if (!its.equals(log)) {
            return;
        }
        published.byIndex().forEach(ledger.comparison()::published);
        TopicReader.readAllUndecoded(
                cluster, Topics.CERTIFICATES, rec -> PublishedCertificates.take(rec, ledger.comparison()));
    }

    private void replay(
            ReplayedLedger ledger,
            VertexIntake intake,
            long replayFrom,
            PublishedCommits published,
            RecoveryListener listener) {
        try (var replay = new LogReplay(cluster, genesis.networkId(), ledger, intake, replayFrom, clock)) {
            replay.run(plan.toCommit(), listener);
            long reached = ledger.head().commitIndex();
            if (reached < Math.min(plan.toCommit(), published.newest())) {
                ledger.comparison().lost(reached, replay.end());
            } else if (plan.toCommit() != Long.MAX_VALUE && reached < plan.toCommit()) {
                throw new RecoveryException(
                        RecoveryFailure.NOT_REACHED,
                        "Commit %d was asked for, %s ends at commit %d."
                                .formatted(plan.toCommit(), LogReplay.PARTITION, reached));
            }
        }
    }

    /** Where the snapshot's log is not, nothing behind the snapshot can be reached. */
    private void requireEnd(SnapshotChoice.Candidate candidate) {
        if (plan.toCommit() != Long.MAX_VALUE
                && plan.toCommit() != candidate.manifest().commitIndex()) {
            throw new RecoveryException(
                    RecoveryFailure.NOT_REACHED,
                    "Commit %d was asked for, the snapshot is of commit %d, and its log (%s) is not here."
                            .formatted(plan.toCommit(), candidate.manifest().commitIndex(), candidate.log()));
        }
    }

    /** The offset beside the manifest is nobody's signature; the commit was published with the same one. */
    static void requirePosition(SnapshotChoice.Candidate candidate, PublishedCommits published) {
        var commit = published.byIndex().get(candidate.manifest().commitIndex());
        long replayFrom = candidate.binding().getReplayFrom();
        if (commit != null && commit.replayFrom() != replayFrom) {
            throw new RecoveryException(
                    RecoveryFailure.OTHER_POSITION,
                    "The snapshot of checkpoint %d says offset %d, commit %d says %d."
                            .formatted(
                                    candidate.manifest().checkpointIndex(),
                                    replayFrom,
                                    candidate.manifest().commitIndex(),
                                    commit.replayFrom()));
        }
    }

    /** The state's own chain entry must be the one the manifest repeats. */
    private static void requireHead(ReplayedLedger ledger, Manifest manifest) {
        if (ledger.head().commitIndex() != manifest.commitIndex()
                || !ledger.head().commitHash().equals(manifest.commitHash())) {
            throw new RecoveryException(
                    RecoveryFailure.SNAPSHOT_FALSE,
                    "The state of checkpoint %d stands at commit %d (%s), its manifest says commit %d (%s)."
                            .formatted(
                                    manifest.checkpointIndex(),
                                    ledger.head().commitIndex(),
                                    ledger.head().commitHash(),
                                    manifest.commitIndex(),
                                    manifest.commitHash()));
        }
    }
}
