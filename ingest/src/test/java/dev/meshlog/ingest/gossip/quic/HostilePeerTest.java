package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.KnownPeers;
import dev.meshlog.schemas.gossip.StatusQuery;
import dev.meshlog.schemas.gossip.Submitted;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import io.netty.handler.codec.quic.QuicStreamType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever one peer does, the connection of another goes on. */
class HostilePeerTest {
    private static final Hash NETWORK = Domain.contentId(new byte[] {1});
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final int PLACES = 5;
    private static final int MANY_PLACES = 20;

    /** A thousand of them are more than a stream takes before it is read. */
    private static final int CHUNK_BYTES = 256 << 10;

    /** Nobody here tells every two seconds how far it is, as nodes do. */
    private static final PeerLimits PATIENT =
            limits(PeerLimits.DEFAULT.helloWithin(), PeerLimits.DEFAULT.questionWithin());

    private final Recorder atNode = new Recorder();
    private final Recorder atHonest = new Recorder();
    private QuicNode node;
    private QuicNode honest;
    private Peer nodeAtHonest;

    @BeforeEach
    void connect() throws Exception {
        PeerLimits impatient = limits(Duration.ofSeconds(3), Duration.ofSeconds(3));
        atNode.answering = (question, answer) -> {
            if (question instanceof ChunkQuery) {
                for (int i = 0; i < 1_000; i++) {
                    answer.send(new SnapshotChunk(new Bytes32(new byte[32]), 1L, ByteBuffer.allocate(CHUNK_BYTES)));
                }
            }
            answer.send(new Submitted(new Bytes32(new byte[32])));
        };
        node = open(1, impatient, atNode);
        honest = open(2, PATIENT, atHonest);
        nodeAtHonest =
                honest.dial(node.address()).orTimeout(30, TimeUnit.SECONDS).join();
    }

    @AfterEach
    void close() {
        honest.close();
        node.close();
    }

    private void assertHonestPeerIsServed() throws Exception {
        assertThat(atHonest.disconnected).isEmpty();
        try (Reply reply = nodeAtHonest.ask(new StatusQuery(), EnumSet.of(MessageType.SUBMITTED))) {
            assertThat(reply.next(PATIENCE)).isPresent();
        }
    }

    @Test
    void whoSaysNothingIsClosed() throws Exception {
        try (var silent = new RawPeer(node.address())) {
            assertThat(silent.ended()).startsWith("TOO_SLOW: no hello");
        }
        assertHonestPeerIsServed();
    }

    @Test
    void whoNeverEndsAQuestionIsClosed() throws Exception {
        try (var slow = new RawPeer(node.address())) {
            slow.hello(NETWORK);
            var unused = slow.write(QuicStreamType.BIDIRECTIONAL, new byte[] {0});
            assertThat(slow.ended()).startsWith("TOO_SLOW: a question");
        }
        assertHonestPeerIsServed();
    }

    /** Its stream would be here as long as the connection is. */
    @Test
    void whoNeverEndsTheStreamOfAQuestionIsClosed() throws Exception {
        try (var slow = new RawPeer(node.address())) {
            slow.hello(NETWORK);
            var unused = slow.write(
                    QuicStreamType.BIDIRECTIONAL,
                    EncodedMessage.of(new StatusQuery()).unsafeBytes());
            assertThat(slow.ended()).startsWith("TOO_SLOW: a question");
        }
        assertHonestPeerIsServed();
    }

    @Test
    void whoDoesNotReadItsAnswersKeepsNobodyElseFromTheirs() throws Exception {
        QuicNode greedy = open(3, PATIENT, new Recorder());
        List<Reply> unread = new ArrayList<>();
        try {
            Peer nodeAtGreedy =
                    greedy.dial(node.address()).orTimeout(30, TimeUnit.SECONDS).join();
            for (int i = 0; i < PeerLimits.DEFAULT.questionsAtOnce(); i++) {
                unread.add(nodeAtGreedy.ask(new ChunkQuery(new Bytes32(new byte[32])), EnumSet.of(MessageType.CHUNK)));
            }
            await().atMost(PATIENCE).until(() -> atNode.asked.size() >= 2);
            assertHonestPeerIsServed();
            assertThat(atNode.asked.size()).isLessThan(PeerLimits.DEFAULT.questionsAtOnce());
        } finally {
            unread.forEach(Reply::close);
            greedy.close();
        }
    }

    @Test
    void whoIsPreferredIsAnsweredWhileOthersHaveAllTheirThreads() throws Exception {
        var waiting = new Semaphore(0);
        var atBusy = new Recorder();
        Hash first = Objects.requireNonNull(nodeAtHonest.info().publicKey());
        atBusy.preferred = peer -> Objects.equals(first, peer.publicKey());
        atBusy.answering = (question, answer) -> {
            if (question instanceof ChunkQuery) {
                waiting.acquire();
            }
            answer.send(new Submitted(new Bytes32(new byte[32])));
        };
        List<QuicNode> crowd = new ArrayList<>();
        List<Reply> asked = new ArrayList<>();
        try (QuicNode busy = open(30, PATIENT, atBusy, MANY_PLACES)) {
            while (asked.size() < Workers.THREADS + Workers.OF_A_PEER) {
                QuicNode greedy = open(31 + crowd.size(), PATIENT, new Recorder());
                crowd.add(greedy);
                Peer at = greedy.dial(busy.address())
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join();
                for (int i = 0; i < Workers.OF_A_PEER; i++) {
                    asked.add(at.ask(new ChunkQuery(new Bytes32(new byte[32])), EnumSet.of(MessageType.SUBMITTED)));
                }
            }
            await().atMost(PATIENCE).until(() -> waiting.getQueueLength() == Workers.THREADS);

            Peer at = node.dial(busy.address()).orTimeout(30, TimeUnit.SECONDS).join();
            try (Reply reply = at.ask(new StatusQuery(), EnumSet.of(MessageType.SUBMITTED))) {
                assertThat(reply.next(PATIENCE)).isPresent();
            }
            waiting.release(asked.size());
            for (Reply each : asked) {
                assertThat(each.next(PATIENCE)).isPresent();
            }
        } finally {
            asked.forEach(Reply::close);
            crowd.forEach(QuicNode::close);
        }
    }

    /** Each of its streams ends at once, so QUIC lets it open the next one. */
    @Test
    void questionsWhoseAnswersNobodyWantsDoNotPileUp() throws Exception {
        var answers = new Semaphore(0);
        atNode.answering = (question, answer) -> {
            answers.acquire();
            answer.send(new Submitted(new Bytes32(new byte[32])));
        };
        try (var hostile = new RawPeer(node.address())) {
            hostile.hello(NETWORK);
            for (int i = 0; i < PeerLimits.DEFAULT.questionsAtOnce() + Workers.OF_A_NAMELESS_PEER; i++) {
                hostile.askInVain(new StatusQuery());
            }
            assertThat(hostile.firstOfAnswer(new StatusQuery())).contains("too many questions wait");
            answers.release(1_000);
        }
        assertHonestPeerIsServed();
    }

    @ParameterizedTest
    @EnumSource(QuicStreamType.class)
    void whoWritesGarbageIsClosed(QuicStreamType type) throws Exception {
        try (var garbage = new RawPeer(node.address())) {
            garbage.hello(NETWORK);
            var unused = garbage.write(type, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(garbage.ended()).startsWith("MALFORMED");
        }
        assertHonestPeerIsServed();
    }

    @Test
    void messageThatDoesNotBelongThereEndsTheConnection() throws Exception {
        try (var confused = new RawPeer(node.address())) {
            confused.hello(NETWORK);
            var unused = confused.write(
                    QuicStreamType.BIDIRECTIONAL,
                    EncodedMessage.of(new KnownPeers(List.of())).unsafeBytes());
            assertThat(confused.ended()).startsWith("MALFORMED: ").contains("KNOWN_PEERS");
        }
        assertThat(atNode.asked).isEmpty();
    }

    /** QUIC lets it open another one some time after the first has ended. */
    @Test
    void secondStreamOfPushesEndsTheConnection() throws Exception {
        byte[] push = EncodedMessage.of(new KnownPeers(List.of())).unsafeBytes();
        try (var greedy = new RawPeer(node.address())) {
            greedy.hello(NETWORK);
            var first = greedy.write(QuicStreamType.UNIDIRECTIONAL, push);
            var unused = first.shutdownOutput().sync();
            await().atMost(PATIENCE).until(() -> opens(greedy, push));
            assertThat(greedy.ended()).startsWith("MALFORMED: a second stream");
        }
    }

    private static boolean opens(RawPeer peer, byte[] push) throws Exception {
        try {
            var unused = peer.write(QuicStreamType.UNIDIRECTIONAL, push);
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }

    @Test
    void thousandThatConnectDoNotStopTheOthers() throws Exception {
        QuicNode crowd = open(3, PeerLimits.DEFAULT, new Recorder());
        try {
            List<CompletableFuture<Peer>> dialed = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                dialed.add(crowd.dial(node.address()));
                if (i % 100 == 0) {
                    assertHonestPeerIsServed();
                }
            }
            int connected = 0;
            for (int i = 0; i < dialed.size(); i++) {
                try {
                    var unused = dialed.get(i).orTimeout(60, TimeUnit.SECONDS).join();
                    connected++;
                } catch (CompletionException e) {
                    // No place is free.
                }
                if (i % 50 == 0) {
                    assertHonestPeerIsServed();
                }
            }
            assertThat(connected).isLessThanOrEqualTo(PLACES);
            assertHonestPeerIsServed();
        } finally {
            crowd.close();
        }
    }

    private static PeerLimits limits(Duration helloWithin, Duration questionWithin) {
        PeerLimits all = PeerLimits.DEFAULT;
        return new PeerLimits(
                helloWithin,
                questionWithin,
                IDLE,
                all.pushBytesPerSecond(),
                all.pushesPerMinute(),
                all.untaken(),
                all.unsent(),
                all.questionsPerMinute(),
                all.questionsAtOnce(),
                IDLE);
    }

    private static QuicNode open(int seed, PeerLimits limits, PeerEvents events) throws Exception {
        return open(seed, limits, events, PLACES);
    }

    private static QuicNode open(int seed, PeerLimits limits, PeerEvents events, int places) throws Exception {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) seed;
        return QuicNode.open(
                new Identity(NETWORK, SigningKey.ofSeed(bytes), false, null),
                new QuicNode.Settings(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), places, limits),
                events,
                Ed25519.bouncyCastle(),
                Clock.systemUTC());
    }
}
