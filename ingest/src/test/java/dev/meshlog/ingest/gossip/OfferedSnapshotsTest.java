package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.Consequences.Misdeed;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfferedSnapshotsTest {
    private static final long NOTHING = 0;
    private static final long ALL = 1;

    private final Network network = new Network(1);
    private final Consequences consequences = new Consequences();
    private final OfferedChunks older = OfferedChunks.of(network.genesis, 7);
    private final OfferedChunks newer = OfferedChunks.of(network.genesis, 9);
    private final OfferedSnapshots blind = offered(new Trust.Blind());

    @Test
    void newestComesFirstWithAllThatHaveIt() throws Exception {
        Peer first = newer.good(1);
        Peer second = newer.good(2);
        for (Peer each : List.of(older.good(3), first, second)) {
            blind.ask(each, NOTHING, ALL, Set.of());
        }
        assertThat(blind.bestFirst()).hasSize(2).first().satisfies(best -> {
            assertThat(best.manifest()).isEqualTo(newer.manifest());
            assertThat(best.sources()).containsExactly(first, second);
        });
        assertThat(blind.failures()).isEmpty();
    }

    @Test
    void whatIsNotTrustedIsNotUsedWhoeverOffersIt() throws Exception {
        OfferedSnapshots ofGenesis = offered(new Trust.OfGenesis());
        ofGenesis.ask(newer.good(1), NOTHING, ALL, Set.of());
        assertFailure(ofGenesis, "is not trusted: its certificate does not hold");

        OfferedSnapshots ofCheckpoint = offered(new Trust.OfCheckpoint(9, Hash.ofHex("ab".repeat(32))));
        ofCheckpoint.ask(newer.good(1), NOTHING, ALL, Set.of());
        assertFailure(ofCheckpoint, "trusted is " + "ab".repeat(32));

        OfferedSnapshots right =
                offered(new Trust.OfCheckpoint(9, newer.manifest().stateRoot()));
        right.ask(newer.good(1), NOTHING, ALL, Set.of());
        assertThat(right.bestFirst()).hasSize(1);
    }

    @Test
    void staleSnapshotIsNotUsed() throws Exception {
        long firstRoundThere = newer.manifest().leaderRound() - network.genesis.gcDepth() + 2;
        blind.ask(newer.good(1), NOTHING, firstRoundThere, Set.of());
        assertFailure(blind, "is stale");

        blind.ask(newer.good(1), NOTHING, firstRoundThere - 1, Set.of());
        assertThat(blind.bestFirst()).hasSize(1);
    }

    @Test
    void snapshotOfAYoungNetworkNeedsNoRoundBeforeTheFirst() throws Exception {
        var young = OfferedChunks.of(network.genesis, 1, network.genesis.gcDepth() - 1);
        blind.ask(young.good(1), NOTHING, ALL, Set.of());
        assertThat(blind.bestFirst()).hasSize(1);
    }

    @Test
    void snapshotOfWhatIsHereAlreadyIsNotUsed() throws Exception {
        blind.ask(newer.good(1), newer.manifest().commitIndex(), ALL, Set.of());
        assertFailure(blind, "not newer than what is here");
    }

    @Test
    void snapshotThatWasFoundFalseIsNotUsedAgain() throws Exception {
        blind.ask(newer.good(1), NOTHING, ALL, Set.of(newer.manifest().hash()));
        assertFailure(blind, "found to be false");
    }

    @Test
    void damagedManifestIsMisbehaviour() throws Exception {
        var damaged = newer.published();
        damaged.getManifest().put(3, (byte) (damaged.getManifest().get(3) + 1));
        ScriptedPeer peer = peer(Says.all(List.of(damaged)));
        blind.ask(peer, NOTHING, ALL, Set.of());
        assertFailure(blind, "damaged");
        assertThat(consequences.misdeeds).containsExactly(new Misdeed(peer, Misbehaviour.WRONG_ANSWER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucketBits", "commitIndex"})
    void manifestThatTheGenesisContradictsCostsTheConnection(String field) throws Exception {
        boolean isOfBits = field.equals("bucketBits");
        Manifest one = newer.manifest();
        int bits = one.bucketBits() + (isOfBits ? 1 : 0);
        var lie = new Manifest(
                one.networkId(),
                bits,
                one.checkpointIndex(),
                one.commitIndex() + (isOfBits ? 0 : 1),
                one.leaderRound(),
                one.commitHash(),
                one.stateRoot(),
                0,
                one.digestsId(),
                List.of(new ChunkRef(0, Buckets.count(bits) - 1, 0, 0, Domain.contentId(new byte[0]))));
        ScriptedPeer liar = new OfferedChunks(lie, newer.chunks()).good(1);

        blind.ask(liar, NOTHING, ALL, Set.of());

        assertFailure(blind, "is not of this network");
        assertThat(consequences.misdeeds).containsExactly(new Misdeed(liar, Misbehaviour.FALSE_SNAPSHOT));
    }

    @Test
    void trustedCheckpointIsFoundAmongAllThatAPeerKeeps() throws Exception {
        List<PublishedSnapshot> kept = new ArrayList<>(Collections.nCopies(50, newer.published()));
        kept.add(older.published());
        var trusting = offered(new Trust.OfCheckpoint(7, older.manifest().stateRoot()));

        trusting.ask(peer(Says.all(kept)), NOTHING, ALL, Set.of());

        assertThat(trusting.bestFirst())
                .singleElement()
                .satisfies(best -> assertThat(best.manifest()).isEqualTo(older.manifest()));
    }

    @Test
    void moreSnapshotsThanWereAskedForAreNotRead() throws Exception {
        blind.ask(peer(Says.all(Collections.nCopies(100, newer.published()))), NOTHING, ALL, Set.of());
        assertThat(blind.bestFirst())
                .singleElement()
                .satisfies(best -> assertThat(best.sources()).hasSize(1));
    }

    @Test
    void peerThatHasNoneOrDoesNotAnswerIsNamed() throws Exception {
        blind.ask(peer(Says.all(List.of())), NOTHING, ALL, Set.of());
        blind.ask(
                peer(Says.refusing(new PeerRefusal(RefusalReason.TOO_SLOW, "nothing for 10 s"))),
                NOTHING,
                ALL,
                Set.of());
        assertThat(blind.failures()).hasSize(2);
        assertThat(blind.failures().toString())
                .contains("no certified snapshot")
                .contains("nothing for 10 s");
    }

    private static void assertFailure(OfferedSnapshots offered, String reason) {
        assertThat(offered.bestFirst()).isEmpty();
        assertThat(offered.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.reason()).contains(reason));
    }

    private OfferedSnapshots offered(Trust trust) {
        return new OfferedSnapshots(network.genesis, trust, consequences);
    }

    private static ScriptedPeer peer(Says says) {
        return new ScriptedPeer(StandIn.info(4, "192.0.2.4", true), question -> says);
    }
}
