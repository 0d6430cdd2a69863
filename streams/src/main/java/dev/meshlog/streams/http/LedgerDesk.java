package dev.meshlog.streams.http;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import java.util.concurrent.Executor;

/** What a server has open for questions about one ledger. */
final class LedgerDesk implements AutoCloseable {
    private final PublishedSnapshots snapshots;
    private final CommitLog commits;
    private final TransactionIntake intake;
    private final LedgerRoutes routes;

    /** @param threads for answers that come later */
    LedgerDesk(
            Cluster cluster,
            GenesisConfig genesis,
            LedgerPlace place,
            ServerMetrics metrics,
            SlowQuestions slow,
            Executor threads) {
        intake = TransactionIntake.into(cluster, genesis);
        snapshots = new PublishedSnapshots(cluster, genesis);
        commits = new CommitLog(cluster);
        metrics.inFlight(intake::inFlight);
        routes =
                new LedgerRoutes(place, new LedgerAnswers(genesis, snapshots, commits), intake, metrics, slow, threads);
    }

    LedgerRoutes routes() {
        return routes;
    }

    /** Transactions that are under way are still answered. */
    void stopTaking() {
        intake.close();
    }

    /** Comes after {@link #stopTaking}, once nobody is being answered. */
    @Override
    public void close() {
        commits.close();
        snapshots.close();
    }
}
