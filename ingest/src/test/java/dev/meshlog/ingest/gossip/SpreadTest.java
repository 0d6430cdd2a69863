package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private static final Hash VERTEX = id(1);

    private final Spread<String> spread = new Spread<>(3);

    @Test
    void vertexOfOurOwnGoesToEverybodyOnce() {
        assertThat(spread.logged(VERTEX, List.of("a", "b"))).containsExactly("a", "b");
        assertThat(spread.logged(VERTEX, List.of("a", "b", "c"))).containsExactly("c");
    }

    @Test
    void whoSentItDoesNotGetItBack() {
        assertThat(spread.received(VERTEX, "a")).isTrue();
        assertThat(spread.received(VERTEX, "b")).as("the same from another one").isFalse();

        assertThat(spread.logged(VERTEX, List.of("a", "b", "c"))).containsExactly("c");
    }

    @Test
    void whatIsInTheLogIsKnownWhenItIsReceived() {
        spread.logged(VERTEX, List.of("a"));

        assertThat(spread.received(VERTEX, "b")).isFalse();
    }

    @Test
    void badBytesUnderAnIdDoNotKeepTheGoodOnesOut() {
        spread.received(VERTEX, "liar");
        spread.received(VERTEX, "honest");

        assertThat(spread.refused(VERTEX, "liar")).containsExactly("honest");
        assertThat(spread.received(VERTEX, "honest")).isTrue();
    }

    @Test
    void whatIsInTheLogIsNotRefusedAnyMore() {
        spread.logged(VERTEX, List.of());

        assertThat(spread.refused(VERTEX, "liar")).isEmpty();
        assertThat(spread.isKnown(VERTEX)).isTrue();
    }

    /** The ledger lets go of vertices that wait too long or lie too far ahead, and misses them later. */
    @Test
    void whatTheLedgerMissesIsTakenAgainThoughItWasInTheLog() {
        assertThat(spread.receivedOnDemand(VERTEX, "a")).as("new").isTrue();
        assertThat(spread.receivedOnDemand(VERTEX, "b")).as("under way").isFalse();
        spread.logged(VERTEX, List.of("a", "b"));

        assertThat(spread.received(VERTEX, "c")).as("pushed").isFalse();
        assertThat(spread.receivedOnDemand(VERTEX, "b")).as("asked for").isTrue();
    }

    @Test
    void whoWentAwayAndCameBackGetsItAgain() {
        spread.logged(VERTEX, List.of("a"));

        spread.gone("a");

        assertThat(spread.logged(VERTEX, List.of("a"))).containsExactly("a");
    }

    @Test
    void theOldestAreForgotten() {
        for (int i = 1; i <= 4; i++) {
            spread.received(id(i), "a");
        }

        assertThat(spread.isKnown(id(1))).isFalse();
        assertThat(spread.isKnown(id(2))).isTrue();
    }

    private static Hash id(int number) {
        return Domain.contentId(new byte[] {(byte) number});
    }
}
