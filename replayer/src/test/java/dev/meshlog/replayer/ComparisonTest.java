package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.KnownValidators;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final Network NETWORK = new Network(4);
    private static final SmallSnapshot SNAPSHOT = SmallSnapshot.of(NETWORK, 1, 0, 3);
    private static final Hash HASH = Domain.contentId(new byte[] {1});
    private static final Hash OTHER = Domain.contentId(new byte[] {2});
    private static final long COMMIT = 12;

    private final CheckpointMark mark = new CheckpointMark(
            3, SNAPSHOT.manifest().stateRoot(), SNAPSHOT.manifest().entries());
    private final byte[] certificate = SmallSnapshot.certificate(NETWORK, SNAPSHOT.manifest(), NETWORK.keys);
    private final Comparison comparison = new Comparison(() -> new CertificateVerifier(
            NETWORK.genesis.networkId(),
            NETWORK.genesis.epochLength(),
            KnownValidators.constant(new Validators(NETWORK.genesis.validators())),
            Ed25519.fastest()));

    @Test
    void eitherSideMayComeFirst() {
        comparison.published(COMMIT, commit(HASH, mark.root(), 50, 40));
        comparison.replayed(COMMIT, HASH, mark);
        comparison.certificate(3, certificate);
        comparison.replayed(COMMIT + 1, HASH, null);
        comparison.published(COMMIT + 1, commit(OTHER, null, 51, 41));

        assertThat(comparison.checked()).isEqualTo(1);
        assertThat(comparison.certified()).isEqualTo(3);
        assertThat(comparison.differences())
                .extracting(Difference::reason)
                .containsExactly(RecoveryFailure.COMMIT_DIFFERS);
    }

    @Test
    void rootThatAQuorumDidNotSignIsADifference() {
        comparison.certificate(3, certificate);
        comparison.replayed(COMMIT, HASH, new CheckpointMark(3, OTHER, 1));

        assertThat(comparison.certified()).isEqualTo(-1);
        assertThat(comparison.differences())
                .extracting(Difference::reason)
                .containsExactly(RecoveryFailure.CERTIFICATE_DIFFERS);
    }

    @Test
    void certificateWithoutAQuorumSaysNothing() {
        comparison.replayed(COMMIT, HASH, new CheckpointMark(3, OTHER, 1));
        comparison.certificate(3, SmallSnapshot.certificate(NETWORK, SNAPSHOT.manifest(), NETWORK.keys.subList(0, 2)));

        assertThat(comparison.certified()).isEqualTo(-1);
        assertThat(comparison.differences()).isEmpty();
    }

    @Test
    void whereTheLogWasLostFollowsFromThePositionOfTheNextCommit() {
        comparison.published(COMMIT, commit(HASH, null, 50, 40));
        comparison.lost(COMMIT - 1, 49);
        comparison.lost(COMMIT - 1, 50);
        comparison.lost(COMMIT - 2, 50);

        assertThat(comparison.differences())
                .extracting(Difference::reason)
                .containsExactly(RecoveryFailure.LOG_TRUNCATED, RecoveryFailure.LOG_GAP, RecoveryFailure.LOG_GAP);
        assertThat(comparison.differences().get(0).detail()).contains("ends at offset 49", "vertex at 49");
    }

    private PublishedCommits.Commit commit(Hash hash, @Nullable Hash root, long nextOffset, long replayFrom) {
        return new PublishedCommits.Commit(hash, root, root == null ? 0 : 3, nextOffset, replayFrom, false);
    }
}
