package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTableTest {
    private final Set<Hash> validators = new HashSet<>();
    private long now = Long.MAX_VALUE - 1_000;
    private final PeerTable table = table(null, new PeerTable.Limits(3, 2, 60));

    @Test
    void placesOfPeersWithAndWithoutAKeyAreCountedApart() {
        for (int i = 1; i <= 3; i++) {
            table.add(StandIn.of(i, false));
        }
        table.add(StandIn.of(0, false));
        assertThat(reason(table, StandIn.info(4, "192.0.2.4", false))).isEqualTo(RefusalReason.TOO_MANY_PEERS);
        assertThat(reason(table, StandIn.info(0, "192.0.2.9", false))).isNull();

        table.add(StandIn.of(0, false));

        assertThat(reason(table, StandIn.info(0, "192.0.2.9", false))).isEqualTo(RefusalReason.TOO_MANY_LISTENERS);
        assertThat(reason(table, StandIn.info(1, "192.0.2.1", false)))
                .as("instead of its old one")
                .isNull();
    }

    @Test
    void validatorComesInThoughStrangersHaveAllPlaces() {
        for (int i = 1; i <= 3; i++) {
            table.add(StandIn.of(i, false));
        }
        assertThat(table.surplus()).isEmpty();
        validators.add(Objects.requireNonNull(StandIn.key(4)));
        StandIn validator = StandIn.of(4, true);

        assertThat(reason(table, validator.info())).isNull();
        table.add(validator);

        assertThat(table.surplus()).as("who came last").contains(StandIn.of(3, false));
        assertThat(table.remove(StandIn.of(3, false))).isTrue();
        assertThat(table.surplus()).isEmpty();
    }

    @Test
    void validatorsNeedNoPlaceOfStrangers() {
        for (int i = 1; i <= 9; i++) {
            validators.add(Objects.requireNonNull(StandIn.key(i)));
            assertThat(reason(table, StandIn.info(i, "192.0.2.1", false))).isNull();
            table.add(StandIn.of(i, false));
        }
        assertThat(table.surplus()).as("no validator").isEmpty();
        assertThat(reason(table, StandIn.info(10, "192.0.2.1", false))).isEqualTo(RefusalReason.TOO_MANY_PEERS);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.1, 192.0.2.2", "2001:db8::1, 2001:db8::2, 2001:db8:0:1::1"})
    void keysOfOnePlaceTakeNoMoreThanTheirShare(String here, String alsoHere, String elsewhere) {
        PeerTable roomy = table(null, new PeerTable.Limits(1_000, 2, 60));
        int admitted = 0;
        for (int i = 1; i <= 50; i++) {
            PeerInfo stranger = StandIn.info(i, i % 2 == 0 ? here : alsoHere, i % 2 == 0);
            if (roomy.admit(stranger).isEmpty()) {
                roomy.add(new StandIn(stranger));
                admitted++;
            }
        }

        assertThat(admitted).isEqualTo(PeerTable.STRANGERS_OF_A_PLACE);
        assertThat(reason(roomy, StandIn.info(51, here, true))).isEqualTo(RefusalReason.TOO_MANY_PEERS);
        assertThat(reason(roomy, StandIn.info(51, elsewhere, false))).isNull();
        validators.add(Objects.requireNonNull(StandIn.key(52)));
        assertThat(reason(roomy, StandIn.info(52, here, false))).isNull();
    }

    @Test
    void freshKeysOfOnePlaceComeInAtALimitedRate() {
        for (int i = 1; i <= 100; i++) {
            PeerInfo stranger = StandIn.info(i, "192.0.2.1", false);
            assertThat(reason(table, stranger))
                    .isEqualTo(i <= PeerTable.STRANGERS_PER_MINUTE ? null : RefusalReason.TOO_FAST);
        }
        assertThat(reason(table, StandIn.info(101, "192.0.2.2", false))).isNull();
        assertThat(reason(table, StandIn.info(102, "192.0.2.1", true)))
                .as("whom we dial")
                .isNull();
    }

    @Test
    void listenersWithoutAKeyComeInAtALimitedRate() {
        PeerTable roomy = table(null, new PeerTable.Limits(3, 1_000, 60));
        PeerInfo nameless = StandIn.info(0, "192.0.2.9", false);

        long admitted = IntStream.range(0, 100)
                .filter(i -> roomy.admit(nameless).isEmpty())
                .count();

        assertThat(admitted).isEqualTo(60);
        assertThat(reason(roomy, nameless)).isEqualTo(RefusalReason.TOO_FAST);
        now += Duration.ofSeconds(1).toNanos();
        assertThat(reason(roomy, nameless)).isNull();
    }

    /** Each dials the other at the same time. Whatever order things happen in, both keep the same connection. */
    @Test
    void bothSidesKeepTheSameOfTwoConnections() {
        int smaller =
                Objects.requireNonNull(StandIn.key(1)).compareTo(Objects.requireNonNull(StandIn.key(2))) < 0 ? 1 : 2;
        int larger = 3 - smaller;
        for (boolean firstDialed : new boolean[] {true, false}) {
            PeerTable atSmaller = table(StandIn.key(smaller), new PeerTable.Limits(3, 2, 60));
            PeerTable atLarger = table(StandIn.key(larger), new PeerTable.Limits(3, 2, 60));

            assertThat(kept(atSmaller, larger, firstDialed))
                    .as("the one that the smaller dialed")
                    .isTrue();
            assertThat(kept(atLarger, smaller, firstDialed)).isFalse();
        }
    }

    /** Whether the connection that remains is one that this side dialed. */
    private static boolean kept(PeerTable table, int other, boolean firstDialed) {
        table.add(StandIn.of(other, firstDialed));
        Peer second = StandIn.of(other, !firstDialed);
        if (table.admit(second.info()).isEmpty()) {
            table.add(second);
        }
        return table.of(Objects.requireNonNull(StandIn.key(other)))
                .orElseThrow()
                .info()
                .dialed();
    }

    @Test
    void connectionThatWasReplacedDoesNotTakeTheNewOneAlong() {
        StandIn old = StandIn.of(1, false);
        StandIn fresh = new StandIn(StandIn.info(1, "192.0.2.77", false));
        table.add(old);

        assertThat(table.add(fresh)).contains(old);
        assertThat(table.remove(old)).isFalse();
        assertThat(table.connected()).containsExactly(fresh);
    }

    @Test
    void whoDoesWrongTooOftenIsKeptOutForAWhile() {
        PeerInfo liar = StandIn.info(1, "192.0.2.1", false);
        for (int i = 0; i < 3; i++) {
            assertThat(table.did(liar, Misbehaviour.INVALID_VERTEX)).isFalse();
        }
        assertThat(table.did(liar, Misbehaviour.INVALID_VERTEX)).isTrue();

        assertThat(reason(table, StandIn.info(1, "192.0.2.200", false)))
                .as("its key, wherever it comes from")
                .isEqualTo(RefusalReason.MISBEHAVED);
        assertThat(reason(table, StandIn.info(2, "192.0.2.1", false)))
                .as("another key there")
                .isNull();
        now += PeerTable.BANNED_FOR.toNanos();
        assertThat(reason(table, liar)).isNull();
    }

    @Test
    void smallWrongsAreForgiven() {
        PeerInfo clumsy = StandIn.info(0, "192.0.2.1", false);
        for (int i = 0; i < 1_000; i++) {
            assertThat(table.did(clumsy, Misbehaviour.NO_ANSWER)).isFalse();
            now += Duration.ofSeconds(5).toNanos();
        }
    }

    private PeerTable table(@Nullable Hash own, PeerTable.Limits limits) {
        return new PeerTable(own, limits, validators::contains, () -> now);
    }

    private static @Nullable RefusalReason reason(PeerTable table, PeerInfo peer) {
        return table.admit(peer).map(PeerRefusal::reason).orElse(null);
    }
}
