package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A validator whose weight is a quorum, and a listener. */
class JoiningTest {
    private final Consequences consequences = new Consequences();
    private final Chain chain = new Chain(1, 3, consequences);
    private final Hash own = chain.round(1).get(0).producer();
    private final PeerTable peers = new PeerTable(own, new PeerTable.Limits(3, 3, 60), key -> false, () -> 0);
    private int looks;

    @AfterEach
    void close() {
        chain.close();
    }

    @Test
    void whoseLogMayLackWhatItSignedWaitsForAnotherNode() throws Exception {
        assertThat(joining(true)
                        .await(
                                () -> {
                                    looks++;
                                    if (looks == 2) {
                                        listenerHas(newest());
                                    }
                                    return validators();
                                },
                                () -> 0))
                .isEqualTo(3);
        assertThat(chain.logged()).contains(newest().record());
    }

    @Test
    void whoseLogIsWholeWaitsForNobody() throws Exception {
        assertThat(joining(false).await(this::validators, () -> 0)).isZero();
    }

    @Test
    void newestVertexIsWrittenOnceMoreWhenTheLedgerIsNear() throws Exception {
        listenerHas(newest());
        // It is in the log, from when the ledger was too far behind to keep it.
        chain.intake().takeOnDemand(peers.connected().get(0), newest().record(), () -> {});
        long[] gap = {CatchUp.GAP};

        assertThat(joining(true)
                        .await(
                                () -> {
                                    looks++;
                                    if (looks == 3) {
                                        assertThat(chain.logged()).hasSize(1);
                                        gap[0] = 0;
                                    }
                                    chain.seeWhatIsLogged();
                                    return validators();
                                },
                                () -> gap[0]))
                .isEqualTo(3);
        List<SignedVertex> logged = chain.logged();
        assertThat(logged).hasSize(2).containsOnly(newest().record());
    }

    private Joining joining(boolean isNew) {
        var ownVertices = new OwnVertices(own, chain.genesis(), Ed25519.bouncyCastle(), consequences);
        return new Joining(own, ownVertices, peers, chain.spread(), chain.intake(), isNew);
    }

    private OpenEpochs validators() {
        // As who follows the log does meanwhile.
        chain.seeWhatIsLogged();
        return OpenEpochs.genesis(chain.genesis());
    }

    private Vertex newest() {
        return chain.round(3).get(0);
    }

    private void listenerHas(Vertex vertex) {
        var info = new PeerInfo(null, true, new InetSocketAddress("192.0.2.1", 4444), null, true);
        peers.add(new ScriptedPeer(info, question -> Says.all(List.of(vertex.record()))));
    }
}
