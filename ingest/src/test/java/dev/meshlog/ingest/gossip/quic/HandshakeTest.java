package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.gossip.Hello;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandshakeTest {
    private static final Hash NETWORK = Domain.contentId(new byte[] {1});
    private static final Hash OTHER_NETWORK = Domain.contentId(new byte[] {2});
    private static final SigningKey ALICE = key(1);
    private static final SigningKey BOB = key(2);
    private static final Hash CERTIFICATE_OF_ALICE = Domain.contentId(new byte[] {11});
    private static final Hash CERTIFICATE_OF_BOB = Domain.contentId(new byte[] {12});
    private static final Hash CERTIFICATE_OF_EVE = Domain.contentId(new byte[] {13});
    private static final InetSocketAddress SOMEWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4);

    private final Handshake alice = of(NETWORK, ALICE, CERTIFICATE_OF_ALICE);
    private final Handshake bob = of(NETWORK, BOB, CERTIFICATE_OF_BOB);

    @Test
    void keyThatIsProvedIsKnown() {
        Handshake.Result result = bob.check(alice.hello(CERTIFICATE_OF_BOB), CERTIFICATE_OF_ALICE, SOMEWHERE, false);

        assertThat(result.peer()).isEqualTo(new PeerInfo(ALICE.publicKey(), false, SOMEWHERE, "here:1", false));
    }

    @Test
    void withoutAKeyItIsAListener() {
        Hello hello = of(NETWORK, null, CERTIFICATE_OF_ALICE).hello(CERTIFICATE_OF_BOB);

        PeerInfo peer = bob.check(hello, CERTIFICATE_OF_ALICE, SOMEWHERE, true).peer();

        assertThat(peer).isEqualTo(new PeerInfo(null, true, SOMEWHERE, "here:1", true));
    }

    @Test
    void proofForOneConnectionIsWorthNothingOnAnother() {
        Hello forEve = alice.hello(CERTIFICATE_OF_EVE);

        assertThat(refusal(bob, forEve, CERTIFICATE_OF_EVE)).isEqualTo(RefusalReason.BAD_PROOF);
        assertThat(refusal(bob, forEve, CERTIFICATE_OF_ALICE)).isEqualTo(RefusalReason.BAD_PROOF);
    }

    @Test
    void proofSentBackToItsMakerIsNone() {
        Hello own = alice.hello(CERTIFICATE_OF_EVE);
        // With no key of her own she would take ours for a peer's.
        Handshake nameless = of(NETWORK, null, CERTIFICATE_OF_ALICE);

        assertThat(refusal(nameless, own, CERTIFICATE_OF_EVE)).isEqualTo(RefusalReason.BAD_PROOF);
    }

    @Test
    void everyPartOfTheStatementIsSigned() {
        Hello good = alice.hello(CERTIFICATE_OF_BOB);
        Bytes32 own = ALICE.publicKey().fixed();
        Bytes32 eves = key(3).publicKey().fixed();

        assertThat(refusal(bob, changed(good, 1, Hash.ZERO.fixed(), own, good.getProof()), CERTIFICATE_OF_ALICE))
                .isEqualTo(RefusalReason.BAD_PROOF);
        assertThat(refusal(bob, changed(good, 1, good.getNonce(), eves, good.getProof()), CERTIFICATE_OF_ALICE))
                .isEqualTo(RefusalReason.BAD_PROOF);
        assertThat(refusal(bob, changed(good, 1, good.getNonce(), own, null), CERTIFICATE_OF_ALICE))
                .isEqualTo(RefusalReason.BAD_PROOF);
        assertThat(refusal(
                        bob, changed(good, 1, good.getNonce(), own, new Bytes64(new byte[64])), CERTIFICATE_OF_ALICE))
                .isEqualTo(RefusalReason.BAD_PROOF);
    }

    @Test
    void otherNetworkAndOtherVersionAreNamed() {
        Hello elsewhere = of(OTHER_NETWORK, ALICE, CERTIFICATE_OF_ALICE).hello(CERTIFICATE_OF_BOB);
        Hello good = alice.hello(CERTIFICATE_OF_BOB);
        Hello newer = changed(good, 2, good.getNonce(), good.getPublicKey(), good.getProof());

        assertThat(refusal(bob, elsewhere, CERTIFICATE_OF_ALICE)).isEqualTo(RefusalReason.OTHER_NETWORK);
        assertThat(refusal(bob, newer, CERTIFICATE_OF_ALICE)).isEqualTo(RefusalReason.PROTOCOL_VERSION);
    }

    @Test
    void ownKeyInAnotherProcessIsRefused() {
        Handshake twin = of(NETWORK, BOB, CERTIFICATE_OF_EVE);

        assertThat(refusal(bob, twin.hello(CERTIFICATE_OF_BOB), CERTIFICATE_OF_EVE))
                .isEqualTo(RefusalReason.SELF);
    }

    @Test
    void processThatReachesItselfIsRefused() {
        assertThat(refusal(of(NETWORK, null, CERTIFICATE_OF_BOB), bob.hello(CERTIFICATE_OF_BOB), CERTIFICATE_OF_BOB))
                .isEqualTo(RefusalReason.SELF);
    }

    private static Hello changed(
            Hello hello, int version, Bytes32 nonce, @Nullable Bytes32 publicKey, @Nullable Bytes64 proof) {
        return new Hello(
                version, hello.getNetworkId(), publicKey, hello.getListener(), nonce, hello.getAddress(), proof);
    }

    private static @Nullable RefusalReason refusal(Handshake checking, Hello hello, Hash certificate) {
        PeerRefusal refusal =
                checking.check(hello, certificate, SOMEWHERE, false).refusal();
        return refusal == null ? null : refusal.reason();
    }

    private static Handshake of(Hash network, @Nullable SigningKey key, Hash certificate) {
        return new Handshake(new Identity(network, key, false, "here:1"), certificate, Ed25519.bouncyCastle());
    }

    private static SigningKey key(int seed) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) seed;
        return SigningKey.ofSeed(bytes);
    }
}
