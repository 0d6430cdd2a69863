package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.schemas.gossip.PeerStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Four validators of equal weight, of which one may lie. */
class CredibleTest {
    private static final long BOAST = 1_000_000;
    private static final Validators FOUR = new Validators(IntStream.rangeClosed(1, 4)
            .mapToObj(each -> new Validator(Objects.requireNonNull(StandIn.key(each)), 1, "", 0))
            .toList());

    private final Map<Peer, PeerStatus> said = new HashMap<>();

    @Test
    void boastOfOneValidatorIsCutDownToWhatAnotherOneSays() {
        says(1, BOAST);
        says(2, 90);
        says(3, 80);
        assertThat(believed(1)).isEqualTo(90);
        assertThat(believed(2)).isEqualTo(90);
        assertThat(believed(3)).isEqualTo(80);
    }

    @Test
    void boastOfWhoeverIsNoValidatorCountsNothing() {
        says(0, BOAST);
        says(9, BOAST);
        says(2, 90);
        assertThat(believed(0)).isEqualTo(90);
        assertThat(believed(9)).isEqualTo(90);
    }

    @Test
    void withOneValidatorAloneThereIsNothingButItsWord() {
        says(1, 70);
        assertThat(believed(1)).isEqualTo(70);
    }

    @Test
    void withoutAValidatorTheFurthestPeerIsBelieved() {
        says(0, 60);
        says(9, 50);
        assertThat(believed(0)).isEqualTo(60);
        assertThat(Credible.of(Map.of(), FOUR)).isEmpty();
    }

    private void says(int peer, long round) {
        said.put(
                StandIn.of(peer, true),
                PeerStatus.newBuilder()
                        .setCommitIndex(1)
                        .setCommitHash(Hash.ZERO.fixed())
                        .setLeaderRound(round)
                        .setNewestRound(round)
                        .setOldestRound(1)
                        .setSoftware("")
                        .build());
    }

    private long believed(int peer) {
        return Objects.requireNonNull(Credible.of(said, FOUR).get(StandIn.of(peer, true)))
                .getLeaderRound();
    }
}
