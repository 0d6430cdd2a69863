package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.dag.ForkAdmission;
import dev.meshlog.schemas.ledger.PeerRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;

/** One of four validators is a liar; the other three agree, go on, and say so. */
final class LyingDrill implements Drill {
    private static final Duration EACH = Duration.ofSeconds(30);
    private static final Duration EACH_SHORT = Duration.ofSeconds(4);
    private static final int MOST_JOINS = 4;
    private static final long COMMITS = 5;

    /** Those that are taken unasked, once more after a restart, and one that each of the others cites. */
    private static final int MOST_FORKS = 2 * ForkAdmission.MAX_FORKS + 3;

    @Override
    public void run(Stage stage) throws IOException, InterruptedException {
        List<NodeProcess> validators = stage.network().network().validators();
        NodeProcess lying = validators.get(validators.size() - 1);
        List<NodeProcess> honest = validators.subList(0, validators.size() - 1);
        SigningKey key = stage.network().network().key(lying).orElseThrow();
        stage.network().start(honest);
        try (Load load = stage.load(honest);
                var liar = LyingValidator.start(
                        stage.network().network().genesis(),
                        key,
                        FaultyNetwork.gossip(lying),
                        stage.network().waysOf(lying),
                        stage.random().nextLong(),
                        Ed25519.fastest(),
                        stage.clock())) {
            stage.report()
                    .check(
                            stage.await(Stage.PATIENCE, () -> liar.connections() >= honest.size()),
                            "the liar is connected to all " + honest.size());
            lie(stage, honest, liar, EnumSet.of(Lie.FORKS));
            lie(stage, honest, liar, EnumSet.of(Lie.FORKS, Lie.HIDDEN_PARENTS, Lie.STALLS));
            lie(stage, honest, liar, EnumSet.of(Lie.FORKS, Lie.FUTURE_ROUNDS));
            lie(stage, honest, liar, EnumSet.of(Lie.FORKS, Lie.BOASTS));
            comeBack(stage, honest);
            if (!stage.isShort()) {
                liar.tell(EnumSet.of(Lie.FORKS, Lie.BAD_CHUNKS));
                joinPastBadChunks(stage, honest, liar);
            }
            lie(stage, honest, liar, EnumSet.of(Lie.FLOODS));
            lie(stage, honest, liar, EnumSet.of(Lie.GARBAGE));
            checkReported(stage, honest, liar.publicKey());
            stage.checkAllAgree(honest, load);
        }
        checkBounded(stage, honest, key.publicKey());
    }

    private static void lie(Stage stage, List<NodeProcess> honest, LyingValidator liar, Set<Lie> lies)
            throws InterruptedException {
        liar.tell(lies);
        stage.pause(stage.isShort() ? EACH_SHORT : EACH);
        stage.checkCommitsGoOn(honest, COMMITS, "the liar's " + lies + ", so far " + liar.tally());
    }

    /** A validator that restarts waits for what peers say of themselves: a boast must not keep it waiting. */
    private static void comeBack(Stage stage, List<NodeProcess> honest) throws InterruptedException {
        NodeProcess killed = honest.get(stage.random().nextInt(honest.size()));
        killed.kill();
        killed.start();
        killed.awaitUp(Stage.PATIENCE);
        stage.checkCommitsGoOn(honest, COMMITS, killed.name() + " was killed and came back while the liar boasts");
        stage.checkProduces(killed, honest);
    }

    /** The newest snapshot may be at the honest source alone for a moment, and then the liar is not asked: another one joins. */
    private static void joinPastBadChunks(Stage stage, List<NodeProcess> honest, LyingValidator liar)
            throws IOException, InterruptedException {
        for (int joined = 0; joined < MOST_JOINS && liar.tally().of(Lie.BAD_CHUNKS) == 0; joined++) {
            join(stage, honest);
        }
        long badChunks = liar.tally().of(Lie.BAD_CHUNKS);
        stage.report().check(badChunks > 0, "who joined was handed %d bad chunks by the liar".formatted(badChunks));
    }

    /** By a snapshot, once the network is old enough. There are few chunks, so the liar is one of two sources until they are fetched. */
    private static void join(Stage stage, List<NodeProcess> honest) throws IOException, InterruptedException {
        NodeProcess joins = stage.network().add(LedgerMode.LISTENER);
        List<NodeProcess> silent = honest.subList(1, honest.size());
        stage.network().between(List.of(joins), silent, LinkFaults.CUT);
        joins.start();
        boolean hasState = stage.await(
                Stage.PATIENCE,
                Stage.SOON,
                () -> new NodeView(joins)
                        .joinPhase()
                        .filter(phase -> phase.compareTo(JoinPhase.DOWNLOADING) > 0)
                        .isPresent());
        stage.report().check(hasState, joins.name() + " has a whole snapshot");
        stage.network().between(List.of(joins), silent, LinkFaults.NONE);
        long target = Stage.furthest(honest);
        boolean isLive = stage.await(Stage.PATIENCE, () -> new NodeView(joins).commit() >= target);
        stage.report().check(isLive, "%s is live at commit %d".formatted(joins.name(), target));
        stage.checkAllAgree(List.of(honest.get(0), joins), new NodeView(joins).commit() + 1);
        joins.terminate();
        if (!joins.awaitEnd(Stage.PATIENCE)) {
            joins.kill();
        }
    }

    private static void checkReported(Stage stage, List<NodeProcess> honest, Hash liar) throws InterruptedException {
        for (NodeProcess node : honest) {
            var view = new NodeView(node);
            stage.report()
                    .check(
                            stage.await(
                                    Stage.PATIENCE,
                                    () -> !view.equivocationsOf(liar).isEmpty()),
                            "%s has %d events of rounds that the liar signed twice"
                                    .formatted(
                                            node.name(),
                                            view.equivocationsOf(liar).size()));
            stage.report()
                    .check(
                            stage.await(
                                    Stage.PATIENCE,
                                    () -> view.recordsOf(liar).stream().anyMatch(LyingDrill::isTurnedAway)),
                            "%s has turned the liar away: %s".formatted(node.name(), reasons(view.recordsOf(liar))));
        }
        stage.report()
                .check(
                        honest.stream()
                                .anyMatch(node ->
                                        !new NodeView(node).rejectedOf(liar).isEmpty()),
                        "what the liar sent is among what was rejected");
    }

    private static boolean isTurnedAway(PeerRecord record) {
        return "MISBEHAVED".equals(record.getReason()) || "MALFORMED".equals(record.getReason());
    }

    private static String reasons(List<PeerRecord> records) {
        return records.stream()
                .filter(LyingDrill::isTurnedAway)
                .map(each -> each.getReason() + ", " + each.getDetail())
                .distinct()
                .toList()
                .toString();
    }

    /** The log is kept for ever: what one validator gets into it is bounded by the rounds that there are. */
    private static void checkBounded(Stage stage, List<NodeProcess> honest, Hash liar) {
        for (NodeProcess node : honest) {
            NavigableMap<Long, Integer> forks = new NodeView(node).verifiedOf(liar);
            int most = forks.values().stream().max(Integer::compare).orElse(0);
            stage.report()
                    .check(
                            most <= MOST_FORKS,
                            "%s has %d vertices of the liar in its log, at most %d for one round"
                                    .formatted(
                                            node.name(),
                                            forks.values().stream()
                                                    .mapToInt(each -> each)
                                                    .sum(),
                                            most));
        }
    }
}
