package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.ingest.gossip.Gossip;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ledger that has no state yet, on a thread of its own: it joins, then the ledger's parts are started, then it is watched until it is as far as its peers and
 * a certificate covers what it has.
 */
final class FreshLedger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FreshLedger.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    /** What peers say of themselves is up to two seconds old. */
    private static final long ROUNDS_OF_DELAY = 20;

    private static final long NONE = -1;

    private final Cluster cluster;
    private final Gossip gossip;
    private final long gcDepth;
    private final Join join;
    private final UnfinishedJoin unfinished;
    private final Optional<Manifest> installedBefore;
    private final JoinProgress progress;
    private final Runnable starting;
    private final Thread thread = new Thread(this::run, "meshlog-fresh-ledger");
    private volatile @Nullable RuntimeException failure;

    /**
     * Of one node.
     *
     * @param unfinished begun
     * @param installedBefore by an earlier start: then there is nothing to fetch any more
     * @param starting starts what orders and executes
     */
    FreshLedger(
            Cluster cluster,
            Gossip gossip,
            long gcDepth,
            Join join,
            UnfinishedJoin unfinished,
            Optional<Manifest> installedBefore,
            JoinProgress progress,
            Runnable starting) {
        this.cluster = cluster;
        this.gossip = gossip;
        this.gcDepth = gcDepth;
        this.join = join;
        this.unfinished = unfinished;
        this.installedBefore = installedBefore;
        this.progress = progress;
        this.starting = starting;
    }

    void start() {
        thread.start();
    }

    Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try {
            joinAndWatch();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (UserError e) {
            // Whoever runs the node prints it.
            LOG.info("joining failed: {}", e.getMessage());
            failure = e;
        } catch (RuntimeException e) {
            LOG.error("joining failed", e);
            failure = e;
        }
    }

    private void joinAndWatch() throws InterruptedException {
        join.clear();
        installedBefore.ifPresent(progress::goesOn);
        Optional<Manifest> installed = installedBefore.isPresent() ? installedBefore : join.run();
        if (installed.isPresent()) {
            Manifest manifest = installed.get();
            progress.enter(JoinPhase.APPLYING, "applying %d entries".formatted(manifest.entries()));
            starting.run();
            await(commit -> commit >= manifest.commitIndex());
            long decided = Math.max(manifest.leaderRound(), gossip.progress().leaderRound());
            gossip.joined(decided - gcDepth + 1);
        } else {
            starting.run();
            gossip.joined(1);
        }
        progress.enter(
                JoinPhase.REPLAYING, "replaying from round " + gossip.progress().leaderRound());
        replay(installed.map(Manifest::checkpointIndex).orElse(NONE));
        unfinished.end(UnfinishedJoin.Part.STATE);
        progress.finish(gossip.progress().commitIndex());
    }

    private void await(LongPredicate commit) throws InterruptedException {
        while (!commit.test(gossip.progress().commitIndex())) {
            Thread.sleep(LOOK.toMillis());
        }
    }

    /** @param checkpoint a certificate of it or a later one must have been completed here */
    private void replay(long checkpoint) throws InterruptedException {
        long firstRound = gossip.progress().leaderRound();
        long firstNetworkRound = networkRound();
        while (gossip.gap() > ROUNDS_OF_DELAY || networkRound() == 0 || certified() < checkpoint) {
            Thread.sleep(LOOK.toMillis());
            long round = gossip.progress().leaderRound();
            long networkRound = networkRound();
            if (firstNetworkRound == 0) {
                firstNetworkRound = networkRound;
            }
            long moved = networkRound - firstNetworkRound;
            progress.replaying(
                    firstRound,
                    round,
                    networkRound,
                    moved > ROUNDS_OF_DELAY
                            ? OptionalDouble.of((double) (round - firstRound) / moved)
                            : OptionalDouble.empty());
        }
    }

    private long networkRound() {
        return gossip.standing().map(Gossip.Standing::leaderRound).orElse(0L);
    }

    private long certified() {
        long[] newest = {NONE};
        TopicReader.readAllUndecoded(
                cluster, Topics.CERTIFICATES, rec -> newest[0] = Math.max(newest[0], Long.parseLong(rec.key())));
        return newest[0];
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(8).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
