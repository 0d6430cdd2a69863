package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.Consequences.Misdeed;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.VerticesByRound;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatchUpTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ROUNDS = 120;

    /** More looks than anything here waits for. */
    private static final int MANY_LOOKS = 60;

    private final Consequences consequences = new Consequences();
    private final Chain chain = new Chain(2, ROUNDS, consequences);
    private final Set<Hash> validators = new HashSet<>();
    private long now = Long.MAX_VALUE - 1_000;
    private long decided;
    private long newestLogged;
    private final CatchUp catchUp = new CatchUp(
            chain.intake(), consequences, () -> decided, () -> newestLogged, validators::contains, () -> now);
    private final Map<Peer, PeerStatus> statuses = new LinkedHashMap<>();

    @AfterEach
    void close() {
        chain.close();
    }

    @Test
    void pagesGoOnBehindTheLastRoundThatCame() throws Exception {
        ScriptedPeer peer = peer(1, ROUNDS, question -> atMost(7, question));

        catchUp.step(statuses);

        List<VerticesByRound> asked = asked(peer);
        for (int page = 0; page < asked.size(); page++) {
            assertThat(asked.get(page).getFirst()).isEqualTo(1 + 7L * page);
            assertThat(asked.get(page).getLast()).isBetween(asked.get(page).getFirst(), (long) ROUNDS);
        }
        awaitLogged(chain.records(1, ROUNDS));
        assertThat(consequences.misdeeds).isEmpty();
    }

    @Test
    void pagesAreAskedForNoFasterThanTheLedgerDecides() throws Exception {
        ScriptedPeer peer = peer(1, 100_000, question -> Says.all(List.of(chain.orphan(question.getLast()))));

        catchUp.step(statuses);
        long reached = furthest(peer);
        assertThat(reached).isLessThan(decided + CatchUp.AHEAD + CatchUp.PAGE);
        catchUp.step(statuses);
        assertThat(furthest(peer)).isEqualTo(reached);

        decided = 50;
        catchUp.step(statuses);
        assertThat(furthest(peer)).isGreaterThan(reached).isLessThan(decided + CatchUp.AHEAD + CatchUp.PAGE);
    }

    @ParameterizedTest
    @CsvSource({"BUSY,", "NOT_READY,", "OUT_OF_RANGE,", "TOO_SLOW,NO_ANSWER", "MALFORMED,MALFORMED"})
    void anotherPeerIsAskedAfterAnError(RefusalReason reason, @Nullable Misbehaviour misbehaviour) throws Exception {
        ScriptedPeer bad = peer(1, 45, question -> Says.refusing(new PeerRefusal(reason, "no")));
        peer(2, 45, question -> atMost(50, question));

        catchUp.step(statuses);
        catchUp.step(statuses);

        awaitLogged(chain.records(1, 45));
        assertThat(consequences.misdeeds)
                .isEqualTo(misbehaviour == null ? List.of() : List.of(new Misdeed(bad, misbehaviour)));
    }

    @Test
    void answerThatBreaksOffIsGoneOnWithElsewhere() throws Exception {
        ScriptedPeer bad = peer(
                1,
                ROUNDS,
                question -> new Says(
                        chain.records(question.getFirst(), question.getFirst() + 3),
                        new PeerRefusal(RefusalReason.CLOSING, "goes")));
        peer(2, ROUNDS, question -> atMost(50, question));

        for (int look = 0; look < MANY_LOOKS && chain.logged().size() < 2 * ROUNDS; look++) {
            catchUp.step(statuses);
        }

        assertThat(bad.asked()).isNotEmpty();
        await().atMost(PATIENCE).until(() -> chain.logged().size() == 2 * ROUNDS);
        assertThat(chain.logged()).containsExactlyInAnyOrderElementsOf(chain.records(1, ROUNDS));
        assertThat(consequences.misdeeds).isEmpty();
    }

    /** The ledger may have let go of them, and decides more and more meanwhile. */
    @Test
    void whatIsInTheLogIsTakenOnceMoreBehindAnInstalledState() throws Exception {
        peer(1, ROUNDS, question -> atMost(7, question));
        catchUp.step(statuses);
        awaitLogged(chain.records(1, ROUNDS));
        chain.seeWhatIsLogged();

        decided = 30;
        catchUp.beginAt(11, true);
        for (int look = 0; look < 9; look++) {
            catchUp.step(statuses);
            decided += 10;
        }
        int logged = 2 * (ROUNDS + ROUNDS - 10);
        await().atMost(PATIENCE).until(() -> chain.logged().size() >= logged);
        assertThat(chain.logged().subList(2 * ROUNDS, logged)).isEqualTo(chain.records(11, ROUNDS));

        statuses.clear();
        peer(1, ROUNDS + 45, question -> Says.all(chain.records(ROUNDS, ROUNDS)));
        catchUp.step(statuses);
        assertThat(chain.logged()).as("behind the goal").hasSize(logged);
    }

    /** As long as each vertex is a known one, nothing is written, and nothing ends by itself. */
    @Test
    void whoSendsAVertexNowAndThenHoldsTheGapOpenOnce() throws Exception {
        var dripping = new DrippingPeer(StandIn.info(1, "192.0.2.1", true), chain.records(1, 1), this::pass);
        statuses.put(dripping, status(45, 0));
        peer(2, 45, question -> atMost(50, question));
        peer(3, 45, question -> atMost(50, question));

        for (int look = 0; look < 6; look++) {
            catchUp.step(statuses);
        }

        await().atMost(PATIENCE).until(() -> chain.logged().containsAll(chain.records(1, 45)));
        assertThat(dripping.questions()).isOne();
        assertThat(consequences.misdeeds).containsExactly(new Misdeed(dripping, Misbehaviour.NO_ANSWER));
    }

    @Test
    void whoFloodsAPageWithOneRoundIsInterrupted() throws Exception {
        ScriptedPeer flooding =
                peer(1, 45, question -> Says.all(Collections.nCopies(CatchUp.PAGE_VERTICES + 1, chain.orphan(1))));
        ScriptedPeer good = peer(2, 45, question -> atMost(50, question));

        catchUp.step(statuses);
        catchUp.step(statuses);

        assertThat(flooding.asked()).hasSize(1);
        assertThat(good.asked()).isNotEmpty();
        assertThat(consequences.misdeeds).contains(new Misdeed(flooding, Misbehaviour.WRONG_ANSWER));
    }

    @Test
    void whoHasNothingOfWhatItClaimsIsAskedOnceInAWhile() throws Exception {
        ScriptedPeer empty = peer(1, 45, question -> Says.all(List.of()));
        peer(2, 45, question -> atMost(7, question));
        for (int look = 0; look < 20; look++) {
            catchUp.step(statuses);
        }
        assertThat(empty.asked()).hasSize(1);
        assertThat(consequences.misdeeds).isEmpty();
    }

    @Test
    void validatorsAreAskedBeforeOthers() throws Exception {
        ScriptedPeer other = peer(1, ROUNDS, question -> atMost(7, question));
        ScriptedPeer one = peer(2, ROUNDS, question -> atMost(7, question));
        ScriptedPeer two = peer(3, ROUNDS, question -> atMost(7, question));
        validators.add(Objects.requireNonNull(StandIn.key(2)));
        validators.add(Objects.requireNonNull(StandIn.key(3)));

        catchUp.step(statuses);

        assertThat(other.asked()).isEmpty();
        assertThat(one.asked()).isNotEmpty();
        assertThat(two.asked()).isNotEmpty();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void roundsBehindAnInstalledStateAreAskedForHoweverFewTheyAre() throws Exception {
        decided = 30;
        newestLogged = 40;
        ScriptedPeer peer = peer(1, 35, question -> atMost(50, question));

        catchUp.waitForBegin();
        catchUp.step(statuses);
        assertThat(peer.asked()).as("without a state").isEmpty();
        catchUp.beginAt(11, false);
        catchUp.step(statuses);
        catchUp.step(statuses);

        assertThat(asked(peer)).containsExactly(new VerticesByRound(11L, 35L));
        awaitLogged(chain.records(11, 35));
    }

    @Test
    void roundsThatNobodyAskedForAreMisbehaviour() throws Exception {
        ScriptedPeer ahead = peer(1, 45, question -> Says.all(chain.records(46, 50)));
        catchUp.step(statuses);
        statuses.clear();
        ScriptedPeer backwards = peer(2, 45, question -> {
            List<SignedVertex> answer = new ArrayList<>(chain.records(10, 12));
            answer.addAll(chain.records(1, 9));
            return Says.all(answer);
        });
        catchUp.step(statuses);

        assertThat(consequences.misdeeds)
                .containsExactly(
                        new Misdeed(ahead, Misbehaviour.WRONG_ANSWER),
                        new Misdeed(backwards, Misbehaviour.WRONG_ANSWER));
        assertThat(chain.logged()).doesNotContainAnyElementsOf(chain.records(46, 50));
    }

    @Test
    void whoDoesNotHaveTheRoundsIsNotAsked() throws Exception {
        ScriptedPeer shortened = peer(1, 45, question -> atMost(50, question));
        statuses.put(shortened, status(45, 30));
        ScriptedPeer whole = peer(2, 45, question -> atMost(50, question));

        catchUp.step(statuses);
        catchUp.step(statuses);

        assertThat(shortened.asked()).isEmpty();
        assertThat(whole.asked()).isNotEmpty();
    }

    @Test
    void whatNobodyDecidesIsAskedForAgain() throws Exception {
        ScriptedPeer peer = peer(1, 45, question -> atMost(50, question));
        catchUp.step(statuses);
        long first = asked(peer).get(0).getFirst();
        long atFirst =
                asked(peer).stream().filter(each -> each.getFirst() == first).count();

        for (int look = 0; look < MANY_LOOKS; look++) {
            catchUp.step(statuses);
        }

        assertThat(asked(peer).stream().filter(each -> each.getFirst() == first).count())
                .isGreaterThan(atFirst)
                .isLessThan(MANY_LOOKS / 5);
    }

    @Test
    void newestRoundsAreAskedForOnceNothingNewComes() throws Exception {
        decided = 20;
        newestLogged = 22;
        ScriptedPeer peer = peer(1, 23, question -> atMost(50, question));

        for (int look = 0; look < MANY_LOOKS; look++) {
            newestLogged++;
            catchUp.step(statuses);
        }
        assertThat(peer.asked()).as("while something new comes").isEmpty();
        for (int look = 0; look < MANY_LOOKS && peer.asked().isEmpty(); look++) {
            catchUp.step(statuses);
        }

        VerticesByRound question = asked(peer).get(0);
        assertThat(question.getFirst()).isLessThanOrEqualTo(decided + 1);
        assertThat(question.getLast()).isGreaterThanOrEqualTo(23);
        await().atMost(PATIENCE).until(() -> chain.logged().containsAll(chain.records(decided + 1, 23)));
    }

    private void awaitLogged(List<SignedVertex> expected) {
        await().atMost(PATIENCE).until(() -> chain.logged().size() >= expected.size());
        assertThat(chain.logged()).isEqualTo(expected);
    }

    private Says atMost(int rounds, VerticesByRound question) {
        return Says.all(
                chain.records(question.getFirst(), Math.min(question.getLast(), question.getFirst() + rounds - 1)));
    }

    private ScriptedPeer peer(int number, long decidedThere, Function<VerticesByRound, Says> answering) {
        var peer = new ScriptedPeer(
                StandIn.info(number, "192.0.2." + number, true),
                question -> answering.apply((VerticesByRound) question));
        statuses.put(peer, status(decidedThere, 1));
        return peer;
    }

    private static PeerStatus status(long decided, long oldest) {
        return PeerStatus.newBuilder()
                .setCommitIndex(decided)
                .setCommitHash(Hash.ZERO.fixed())
                .setLeaderRound(decided)
                .setNewestRound(decided + 2)
                .setOldestRound(oldest)
                .setSoftware("test")
                .build();
    }

    private static List<VerticesByRound> asked(ScriptedPeer peer) {
        return peer.asked().stream().map(VerticesByRound.class::cast).toList();
    }

    private static long furthest(ScriptedPeer peer) {
        return asked(peer).stream().mapToLong(VerticesByRound::getLast).max().orElseThrow();
    }
}
