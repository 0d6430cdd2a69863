package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundTrackerTest {
    @Test
    void aloneEveryVertexIsAQuorum() {
        var tracker = new RoundTracker(key(0), validators(1));
        assertThat(tracker.nextRound()).contains(1L);
        assertThat(tracker.parents(1)).containsExactly(VertexRef.implicit(key(0)));

        tracker.saw(vertex(0, 1));

        assertThat(tracker.nextRound()).contains(2L);
        assertThat(tracker.parents(2)).containsExactly(vertex(0, 1));
    }

    @Test
    void firstRoundHasTheImplicitVertexOfEveryone() {
        var tracker = new RoundTracker(key(2), validators(4));

        assertThat(tracker.parents(1))
                .hasSize(4)
                .startsWith(VertexRef.implicit(key(2)))
                .doesNotHaveDuplicates();
    }

    @Test
    void nextRoundWaitsForAQuorum() {
        var tracker = new RoundTracker(key(0), validators(4));
        tracker.saw(vertex(0, 1));
        tracker.saw(vertex(1, 1));
        assertThat(tracker.nextRound()).isEmpty();

        tracker.saw(vertex(2, 1));

        assertThat(tracker.nextRound()).contains(2L);
        assertThat(tracker.parents(2)).hasSize(3).startsWith(vertex(0, 1));
    }

    @Test
    void secondVertexOfAProducerCountsOnceAndIsNoParent() {
        var tracker = new RoundTracker(key(0), validators(4));
        tracker.saw(vertex(0, 1));
        tracker.saw(vertex(1, 1));
        tracker.saw(new VertexRef(1, key(1), Hash.ofHex("ee".repeat(32))));

        assertThat(tracker.nextRound()).isEmpty();
        tracker.saw(vertex(3, 1));
        assertThat(tracker.parents(2)).containsExactlyInAnyOrder(vertex(0, 1), vertex(1, 1), vertex(3, 1));
    }

    @Test
    void roundsThatOthersMadeMeanwhileAreSkipped() {
        var tracker = new RoundTracker(key(0), validators(4));
        tracker.saw(vertex(0, 1));
        for (int round = 1; round <= 9; round++) {
            for (int producer = 1; producer < 4; producer++) {
                tracker.saw(vertex(producer, round));
            }
        }

        assertThat(tracker.nextRound()).contains(10L);
        assertThat(tracker.parents(10))
                .containsExactlyInAnyOrder(vertex(0, 1), vertex(1, 9), vertex(2, 9), vertex(3, 9))
                .startsWith(vertex(0, 1));
    }

    @Test
    void nextRoundIsAlwaysAboveOurNewest() {
        var tracker = new RoundTracker(key(0), validators(4));
        for (int producer = 1; producer < 4; producer++) {
            tracker.saw(vertex(producer, 4));
        }
        tracker.saw(vertex(0, 7));

        assertThat(tracker.nextRound()).isEmpty();
        assertThat(tracker.ownNewest()).isEqualTo(vertex(0, 7));
    }

    @Test
    void leaderIsThereOnceItsVertexIs() {
        var tracker = new RoundTracker(key(0), validators(4));
        assertThat(tracker.hasLeader(0, key(3))).isTrue();
        assertThat(tracker.hasLeader(1, key(3))).isFalse();

        tracker.saw(vertex(3, 1));

        assertThat(tracker.hasLeader(1, key(3))).isTrue();
        assertThat(tracker.hasLeader(2, key(3))).isFalse();
    }

    @Test
    void strangersAreNobody() {
        var tracker = new RoundTracker(key(0), validators(1));

        tracker.saw(vertex(5, 8));

        assertThat(tracker.newestRound()).isZero();
    }

    @Test
    void onlyTheNewestRoundsAreKept() {
        var tracker = new RoundTracker(key(0), validators(1));
        for (int round = 1; round <= 1_000; round++) {
            tracker.saw(vertex(0, round));
        }

        assertThat(tracker.nextRound()).contains(1_001L);
        assertThat(tracker.hasLeader(1_000, key(0))).isTrue();
        assertThat(tracker.hasLeader(900, key(0))).isFalse();
    }

    @Test
    void oneValidatorFarAheadDelaysNobody() {
        var tracker = new RoundTracker(key(0), validators(4));
        for (int producer = 0; producer < 4; producer++) {
            tracker.saw(vertex(producer, 1));
        }
        for (int i = 0; i < 200; i++) {
            tracker.saw(vertex(3, (1L << 40) + i));
        }

        assertThat(tracker.nextRound()).contains(2L);
        for (int producer = 0; producer < 3; producer++) {
            tracker.saw(vertex(producer, 2));
        }
        assertThat(tracker.nextRound()).contains(3L);
        assertThat(tracker.parents(3)).containsExactlyInAnyOrder(vertex(0, 2), vertex(1, 2), vertex(2, 2));
    }

    private static Validators validators(int count) {
        return new Validators(IntStream.range(0, count)
                .mapToObj(number -> new Validator(key(number), 1, "", 0))
                .toList());
    }

    private static VertexRef vertex(int producer, long round) {
        return new VertexRef(
                round,
                key(producer),
                Hash.of(Domain.sha256()
                        .digest(("vertex" + producer + "@" + round)
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }

    private static Hash key(int number) {
        return Hash.of(
                Domain.sha256().digest(List.of(number).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
}
