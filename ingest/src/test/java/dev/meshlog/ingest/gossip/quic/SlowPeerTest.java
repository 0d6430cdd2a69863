package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer that sends a chunk little by little. */
class SlowPeerTest {
    private static final Hash NETWORK = Domain.contentId(new byte[] {1});
    private static final SnapshotChunk CHUNK =
            new SnapshotChunk(new Bytes32(new byte[32]), 1L, ByteBuffer.allocate(800_000));

    private final Recorder atNode = new Recorder();
    private QuicNode node;
    private RawPeer raw;
    private Peer slow;

    @BeforeEach
    void connect() throws Exception {
        node = QuicNode.open(
                new Identity(NETWORK, null, true, null),
                new QuicNode.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 9, PeerLimits.DEFAULT),
                atNode,
                Ed25519.bouncyCastle(),
                Clock.systemUTC());
        raw = new RawPeer(node.address());
        raw.hello(NETWORK);
        slow = Objects.requireNonNull(atNode.connected.poll(60, TimeUnit.SECONDS));
    }

    @AfterEach
    void close() {
        raw.close();
        node.close();
    }

    /** In about eight seconds. */
    @Test
    void answerThatTakesLongerThanThePatienceArrivesWhileItGoesOn() throws Exception {
        raw.answer(EncodedMessage.of(CHUNK).unsafeBytes(), 64 << 10, Duration.ofMillis(600));

        try (Reply reply = ask()) {
            assertThat(reply.next(Duration.ofSeconds(6), Duration.ofSeconds(60)))
                    .contains(CHUNK);
        }
    }

    /** It comes fast enough, but is not to come for ever. */
    @Test
    void answerThatIsNotThereWithinAllOfItsTimeIsGivenUp() throws Exception {
        raw.answer(EncodedMessage.of(CHUNK).unsafeBytes(), 16 << 10, Duration.ofMillis(100));

        try (Reply reply = ask()) {
            assertTooSlow(() -> reply.next(Duration.ofSeconds(30), Duration.ofSeconds(1)));
        }
        try (Reply reply = ask()) {
            assertTooSlow(() -> reply.next(Duration.ofSeconds(30), Duration.ZERO));
        }
    }

    @Test
    void whatStandsBehindARefusalEndsTheAnswer() throws Exception {
        byte[] refusal = EncodedMessage.of(new PeerRefusal(RefusalReason.BUSY, "").record())
                .unsafeBytes();
        var refusals = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            refusals.writeBytes(refusal);
        }
        raw.answer(refusals.toByteArray(), refusal.length, Duration.ofMillis(20));

        try (Reply reply = ask()) {
            assertThatThrownBy(() -> reply.next(Duration.ofSeconds(30)))
                    .isInstanceOfSatisfying(
                            PeerException.class, e -> assertThat(e.reason()).isEqualTo(RefusalReason.BUSY));
        }
        await().atMost(Duration.ofSeconds(30)).until(raw::isBrokenOff);
    }

    private static void assertTooSlow(ThrowingCallable asking) {
        assertThatThrownBy(asking)
                .isInstanceOfSatisfying(
                        PeerException.class, e -> assertThat(e.reason()).isEqualTo(RefusalReason.TOO_SLOW));
    }

    @Test
    void answerOfAByteNowAndThenIsGivenUp() throws Exception {
        raw.answer(EncodedMessage.of(CHUNK).unsafeBytes(), 1, Duration.ofMillis(20));

        try (Reply reply = ask()) {
            assertThatThrownBy(() -> reply.next(Duration.ofMillis(500)))
                    .isInstanceOfSatisfying(
                            PeerException.class, e -> assertThat(e.reason()).isEqualTo(RefusalReason.TOO_SLOW));
        }
    }

    private Reply ask() {
        return slow.ask(new ChunkQuery(new Bytes32(new byte[32])), EnumSet.of(MessageType.CHUNK));
    }
}
