package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Recovers the committed state: newest trusted snapshot, replay from its offsets, comparison with what the ledger published and a quorum signed. It
 * works in a partial directory beside the target; the swap to the target is one rename, so that the target is always the old state or the new one.
 */
public final class Replayer {
    /** Snapshots that are tried before recovery gives up. */
    private static final int ATTEMPTS = 5;

    private final Cluster cluster;
    private final SnapshotSource source;
    private final GenesisConfig genesis;
    private final Clock clock;

    /**
     * What to recover.
     *
     * @param directory the target; it must not exist
     * @param fromGenesis without a snapshot
     * @param toCommit the last commit that is replayed; {@link Long#MAX_VALUE}: the end of the log
     * @param trust which snapshots are believed
     * @param verifySignatures check every vertex of the log again, although it was checked before it came there
     * @param indexed with what a replica is asked by, as it is made for one
     * @param threads for chunks and vertices; one more applies
     */
    public record Plan(
            Path directory,
            boolean fromGenesis,
            long toCommit,
            Trust trust,
            boolean verifySignatures,
            boolean indexed,
            int threads) {
        /** With all processors, and a log that is believed to hold valid vertices only. */
        public Plan(Path directory, boolean fromGenesis, long toCommit, Trust trust) {
            this(
                    directory,
                    fromGenesis,
                    toCommit,
                    trust,
                    false,
                    false,
                    Runtime.getRuntime().availableProcessors());
        }
    }

    /** With the snapshots that the cluster's topics have. */
    public Replayer(Cluster cluster, GenesisConfig genesis, Clock clock) {
        this(cluster, new TopicSnapshots(cluster, clock), genesis, clock);
    }

    public Replayer(Cluster cluster, SnapshotSource source, GenesisConfig genesis, Clock clock) {
        this.cluster = cluster;
        this.source = source;
        this.genesis = genesis;
        this.clock = clock;
    }

    /**
     * Recovers. A snapshot that turns out to be bad is said and reported, and the next older one is tried. When the result contradicts what was
     * published, the target is not made: the report says what differs, and the state is left in the partial directory for examination.
     *
     * @throws RecoveryException when it can't be done; the target is untouched then, the partial state is gone, and chunks that were fetched are
     *     kept for the next attempt
     */
    public RecoveryReport recover(Plan plan, RecoveryListener listener) {
        var directory = new RecoveryDirectory(plan.directory());
        if (directory.exists()) {
            directory.cleanUp();
            throw new RecoveryException(RecoveryFailure.TARGET_EXISTS, "It is " + directory.target() + ".");
        }
        List<Refusal> refusals = new ArrayList<>();
        Set<String> tried = new HashSet<>();
        LogIdentity log = LogIdentity.of(cluster);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<SnapshotChoice.Candidate> candidate = choose(plan, log, tried, refusals, listener);
            if (candidate.isEmpty() && !tried.isEmpty()) {
                break;
            }
            if (candidate.isEmpty() && source.isNamed()) {
                throw unusable(plan, refusals);
            }
            directory.prepare();
            SnapshotSource.Hold hold = hold(candidate);
            try {
                if (candidate.isPresent() && !source.isNamed() && !isOffered(candidate.get())) {
                    continue;
                }
                return new Recovery(cluster, source, genesis, clock, plan, directory, log)
                        .from(candidate.orElse(null), refusals, listener);
            } catch (RecoveryException e) {
                directory.deletePartial();
                if (candidate.isEmpty() || !e.reason().isOfTheSnapshot()) {
                    throw e;
                }
                tried.add(candidate.get().manifest().hash().hex());
                refuse(candidate.get().refused(e.reason(), String.valueOf(e.getMessage())), refusals, listener);
            } finally {
                hold.close();
            }
        }
        RecoveryFailure reason = onlyReason(refusals, tried);
        throw new RecoveryException(
                reason,
                "Tried were %d snapshots, --from-genesis replays without one. %s"
                        .formatted(
                                tried.size(),
                                String.join(
                                        "; ",
                                        refusals.stream()
                                                .filter(refusal -> tried.contains(refusal.snapshot()))
                                                .map(Refusal::toString)
                                                .toList())));
    }

    /** Why the snapshot that was named is not the one to begin with. */
    private static RecoveryException unusable(Plan plan, List<Refusal> refusals) {
        return refusals.isEmpty()
                ? new RecoveryException(
                        RecoveryFailure.NOT_REACHED,
                        "The snapshot stands behind commit %d already.".formatted(plan.toCommit()))
                : new RecoveryException(
                        refusals.get(0).reason(), refusals.get(0).detail());
    }

    private SnapshotSource.Hold hold(Optional<SnapshotChoice.Candidate> candidate) {
        return candidate.map(found -> source.hold(found.manifest().hash())).orElse(() -> {});
    }

    /** Once it is held: one that is gone then was on its way out before, and so may be its chunks and its log. */
    private boolean isOffered(SnapshotChoice.Candidate candidate) {
        String key = candidate.manifest().hash().hex();
        return source.offers(refusal -> {}).stream()
                .anyMatch(offer -> offer.key().equals(key));
    }

    /** When all that were tried have the same fault, it is the reason. */
    private static RecoveryFailure onlyReason(List<Refusal> refusals, Set<String> tried) {
        List<RecoveryFailure> reasons = refusals.stream()
                .filter(refusal -> tried.contains(refusal.snapshot()))
                .map(Refusal::reason)
                .distinct()
                .toList();
        return reasons.size() == 1 ? reasons.get(0) : RecoveryFailure.NO_GOOD_SNAPSHOT;
    }

    /** The list is asked for again at every attempt: a newer snapshot may have come. */
    private Optional<SnapshotChoice.Candidate> choose(
            Plan plan, LogIdentity log, Set<String> tried, List<Refusal> refusals, RecoveryListener listener) {
        if (plan.fromGenesis()) {
            return Optional.empty();
        }
        return new SnapshotChoice(genesis, log, plan.trust(), source.isNamed())
                        .newestFirst(
                                source.offers(refusal -> refuse(refusal, refusals, listener)),
                                plan.toCommit(),
                                refusal -> refuse(refusal, refusals, listener))
                        .stream()
                        .filter(found -> !tried.contains(found.manifest().hash().hex()))
                        .findFirst();
    }

    private static void refuse(Refusal refusal, List<Refusal> refusals, RecoveryListener listener) {
        if (!refusals.contains(refusal)) {
            refusals.add(refusal);
            listener.refused(refusal);
        }
    }
}
