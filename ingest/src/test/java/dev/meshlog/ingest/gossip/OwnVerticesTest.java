package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.Consequences.Misdeed;
import dev.meshlog.ingest.gossip.OwnVertices.Answers;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.gossip.NewestVertexQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnVerticesTest {
    private final Consequences consequences = new Consequences();
    private final Chain chain = new Chain(4, 3, consequences);
    private final Hash own = key(0);
    private final OwnVertices ownVertices = new OwnVertices(own, chain.genesis(), Ed25519.bouncyCastle(), consequences);
    private final Validators validators = new Validators(chain.genesis().validators());
    private final PeerTable peers = new PeerTable(own, new PeerTable.Limits(3, 0, 60), key -> true, () -> 0);

    @AfterEach
    void close() {
        chain.close();
    }

    @Test
    void newestVertexIsThatOfTheHighestRoundWhoeverAnswersLast() throws Exception {
        ScriptedPeer ahead = peer(1, Says.all(List.of(ownAt(3).record())));
        ScriptedPeer behind = peer(2, Says.all(List.of(ownAt(2).record())));
        peer(3, Says.all(List.of()));

        Answers answers = ownVertices.look(validators, peers, Answers.NONE);

        assertThat(answers.answered()).containsExactlyInAnyOrder(own, key(1), key(2), key(3));
        assertThat(answers.newest().orElseThrow().vertex()).isEqualTo(ownAt(3));
        assertThat(answers.newest().orElseThrow().at()).isEqualTo(ahead);
        assertThat(behind.asked()).containsExactly(new NewestVertexQuery(own.fixed()));
        assertThat(consequences.misdeeds).isEmpty();

        assertThat(ownVertices.look(validators, peers, answers)).as("once each").isEqualTo(answers);
        assertThat(ahead.asked()).hasSize(1);
    }

    @Test
    void whoAnswersWithWhatIsNoWholeVertexOfOursDidWrongAndDidNotAnswer() throws Exception {
        SignedVertex good = ownAt(3).record();
        SignedVertex otherBody = new SignedVertex(
                good.getHeader(), good.getSignature(), ownAt(2).record().getBody());
        SignedVertex otherSignature =
                new SignedVertex(good.getHeader(), ownAt(2).record().getSignature(), good.getBody());
        SignedVertex ofAnother = chain.round(3).get(1).record();
        for (SignedVertex bad : List.of(otherBody, otherSignature, ofAnother)) {
            consequences.misdeeds.clear();
            ScriptedPeer liar = peer(1, Says.all(List.of(bad)), Says.all(List.of(good)));

            Answers first = ownVertices.look(validators, peers, Answers.NONE);
            assertThat(first.answered()).containsExactly(own);
            assertThat(first.newest()).isEmpty();
            assertThat(consequences.misdeeds).containsExactly(new Misdeed(liar, Misbehaviour.WRONG_ANSWER));

            Answers second = ownVertices.look(validators, peers, first);
            assertThat(second.answered()).as("asked again").containsExactlyInAnyOrder(own, key(1));
            assertThat(second.newest().orElseThrow().vertex()).isEqualTo(ownAt(3));
        }
    }

    @Test
    void whoCannotSayYetIsAskedAgain() throws Exception {
        ScriptedPeer peer =
                peer(1, Says.refusing(new PeerRefusal(RefusalReason.NOT_READY, "later")), Says.all(List.of()));

        Answers first = ownVertices.look(validators, peers, Answers.NONE);
        Answers second = ownVertices.look(validators, peers, first);

        assertThat(first.answered()).containsExactly(own);
        assertThat(second.answered()).containsExactlyInAnyOrder(own, key(1));
        assertThat(second.newest()).isEmpty();
        assertThat(peer.asked()).hasSize(2);
        assertThat(consequences.misdeeds).isEmpty();
    }

    @Test
    void whoIsNoValidatorAndCannotSayYetIsAskedAgain() throws Exception {
        ScriptedPeer listener = peer(
                Objects.requireNonNull(StandIn.key(9)),
                Says.refusing(new PeerRefusal(RefusalReason.NOT_READY, "later")),
                Says.all(List.of(ownAt(2).record())));

        Answers first = ownVertices.lookAtOthers(validators, peers, Answers.NONE);
        assertThat(first.isOfOthers(own)).isFalse();
        assertThat(first.newestRound()).isZero();

        Answers second = ownVertices.lookAtOthers(validators, peers, first);
        assertThat(second.isOfOthers(own)).isTrue();
        assertThat(second.newestRound()).isEqualTo(2);
        assertThat(ownVertices.lookAtOthers(validators, peers, second)).isEqualTo(second);
        assertThat(listener.asked()).as("once it has answered").hasSize(2);
    }

    private Vertex ownAt(long round) {
        return chain.round(round).get(0);
    }

    private Hash key(int validator) {
        return chain.round(1).get(validator).producer();
    }

    /** A connected validator that gives one answer after the other. */
    private ScriptedPeer peer(int validator, Says... answers) {
        return peer(key(validator), answers);
    }

    private ScriptedPeer peer(Hash key, Says... answers) {
        Deque<Says> script = new ArrayDeque<>();
        Collections.addAll(script, answers);
        var info = new PeerInfo(key, false, new InetSocketAddress("192.0.2.1", 4444), null, true);
        var peer = new ScriptedPeer(info, question -> script.remove());
        peers.add(peer);
        return peer;
    }
}
