package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.Bytes120;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.StatusQuery;
import dev.meshlog.schemas.gossip.VerticesByRound;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real QUIC on this machine. */
class QuicNodeTest {
    private static final Hash NETWORK = Domain.contentId(new byte[] {1});
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Set<MessageType> VERTICES = EnumSet.of(MessageType.VERTEX);

    private final List<QuicNode> open = new ArrayList<>();
    private final Recorder atAlice = new Recorder();
    private final Recorder atBob = new Recorder();

    @AfterEach
    void close() {
        open.forEach(QuicNode::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void peersKnowEachOtherByTheirKeysAndTalkBothWays(String address) throws Exception {
        QuicNode alice = node(1, address, PeerLimits.DEFAULT, atAlice);
        QuicNode bob = node(2, address, PeerLimits.DEFAULT, atBob);
        atAlice.answering = (question, answer) -> {
            for (int i = 1; i <= 3; i++) {
                answer.send(vertex(i));
            }
        };

        Peer aliceAtBob = dial(bob, alice);
        Peer bobAtAlice = next(atAlice.connected);

        assertThat(aliceAtBob.info().publicKey()).isEqualTo(key(1).publicKey());
        assertThat(aliceAtBob.info().dialed()).isTrue();
        assertThat(bobAtAlice.info().publicKey()).isEqualTo(key(2).publicKey());
        assertThat(bobAtAlice.info().dialed()).isFalse();
        assertThat(bobAtAlice.info().remote().getAddress())
                .isEqualTo(alice.address().getAddress());

        assertThat(aliceAtBob.push(EncodedMessage.of(vertex(10)))).isTrue();
        assertThat(bobAtAlice.push(EncodedMessage.of(vertex(20)))).isTrue();
        assertThat(next(atAlice.pushed)).isEqualTo(vertex(10));
        assertThat(next(atBob.pushed)).isEqualTo(vertex(20));

        var question = new VerticesByRound(1L, 3L);
        try (Reply reply = aliceAtBob.ask(question, VERTICES)) {
            assertThat(all(reply)).containsExactly(vertex(1), vertex(2), vertex(3));
        }
        assertThat(atAlice.asked).containsExactly(question);
    }

    @Test
    void refusedPeerIsToldWhy() throws Exception {
        QuicNode alice = node(1, PeerLimits.DEFAULT, atAlice);
        atAlice.refusal = new PeerRefusal(RefusalReason.TOO_MANY_LISTENERS, "all 3 places are taken");

        assertThatThrownBy(() -> dial(node(2, PeerLimits.DEFAULT, atBob), alice))
                .hasRootCauseInstanceOf(PeerException.class)
                .hasMessageContaining("TOO_MANY_LISTENERS: the peer says: all 3 places are taken");
        assertThat(atAlice.connected).isEmpty();
        assertThat(atBob.connected).isEmpty();
    }

    @Test
    void oneNetworkDoesNotTalkToAnother() throws Exception {
        QuicNode alice = node(1, PeerLimits.DEFAULT, atAlice);
        QuicNode stranger =
                open(new Identity(Hash.ZERO, key(2), false, null), "127.0.0.1", 10, PeerLimits.DEFAULT, atBob);

        assertThatThrownBy(() -> dial(stranger, alice)).hasMessageContaining("OTHER_NETWORK");
        assertThat(atAlice.connected).isEmpty();
    }

    @Test
    void nobodyThereIsAnErrorAndNoWait() throws Exception {
        QuicNode alice = node(1, PeerLimits.DEFAULT, atAlice);
        var nowhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

        assertThatThrownBy(() ->
                        alice.dial(nowhere).orTimeout(30, TimeUnit.SECONDS).join())
                .hasMessageContaining("NOT_FOUND");
    }

    @Test
    void placesAreCountedBeforeAnybodySaysHello() throws Exception {
        QuicNode alice = open(new Identity(NETWORK, key(1), false, null), "127.0.0.1", 1, PeerLimits.DEFAULT, atAlice);
        Peer first = dial(node(2, PeerLimits.DEFAULT, atBob), alice);

        assertThatThrownBy(() -> dial(node(3, PeerLimits.DEFAULT, new Recorder()), alice))
                .hasMessageContaining("TOO_MANY_PEERS");
        first.close(new PeerRefusal(RefusalReason.CLOSING, "makes room"));
        assertThat(next(atAlice.disconnected).detail()).isEqualTo("the peer says: makes room");
        assertThat(dial(node(4, PeerLimits.DEFAULT, new Recorder()), alice)).isNotNull();
    }

    @Test
    void oneAddressDoesNotTakeAllPlacesWithoutAHello() throws Exception {
        QuicNode alice = open(
                new Identity(NETWORK, key(1), false, null),
                "127.0.0.1",
                17,
                quiet(PeerLimits.DEFAULT.readWithin()),
                atAlice);
        var elsewhere = new InetSocketAddress("127.0.0.2", 0);
        List<RawPeer> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                silent.add(new RawPeer(alice.address(), elsewhere));
            }
            try (var tooMany = new RawPeer(alice.address(), elsewhere)) {
                assertThat(tooMany.ended()).startsWith("TOO_MANY_PEERS: 16 connections of that address");
            }
            assertThat(dial(node(2, PeerLimits.DEFAULT, atBob), alice)).isNotNull();
        } finally {
            silent.forEach(RawPeer::close);
        }
    }

    /** Forged senders are many sockets here: none of them reads, so none can say what the Retry said. */
    @Test
    void senderThatShowsNoTokenGetsLittleAndTakesNoPlace() throws Exception {
        QuicNode alice = open(new Identity(NETWORK, key(1), false, null), "127.0.0.1", 3, PeerLimits.DEFAULT, atAlice);
        byte[] first = firstPacketOfAConnection();
        for (int i = 0; i < 50; i++) {
            try (var forged = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                forged.setSoTimeout((int) PATIENCE.toMillis());
                forged.send(new DatagramPacket(first, first.length, alice.address()));
                var answer = new DatagramPacket(new byte[2_000], 2_000);
                forged.receive(answer);
                // RFC 9000, section 17.2.5: a long header of type 3.
                assertThat(answer.getData()[0] & 0xf0).isEqualTo(0xf0);
                assertThat(answer.getLength()).isLessThan(200);
            }
        }

        Peer peer = dial(node(2, PeerLimits.DEFAULT, atBob), alice);

        assertThat(peer.info().publicKey()).isEqualTo(key(1).publicKey());
        assertThat(next(atAlice.connected).info().publicKey()).isEqualTo(key(2).publicKey());
        assertThat(atAlice.connected).isEmpty();
        assertThat(alice.traffic().received()).isGreaterThan(50L * first.length);
        assertThat(alice.traffic().sent()).isPositive();
    }

    private byte[] firstPacketOfAConnection() throws IOException {
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            var unused = node(9, PeerLimits.DEFAULT, new Recorder())
                    .dial((InetSocketAddress) socket.getLocalSocketAddress());
            var packet = new DatagramPacket(new byte[2_000], 2_000);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    @Test
    void answerThatNobodyReadsWaitsAndIsThenGivenUp() throws Exception {
        PeerLimits impatient = limits(Duration.ofMillis(300), 8 << 20, 16 << 20);
        QuicNode alice = node(1, impatient, atAlice);
        var sent = new java.util.concurrent.atomic.AtomicInteger();
        atAlice.answering = (question, answer) -> {
            for (int i = 0; i < 1_000; i++) {
                answer.send(vertex(i, 256 << 10));
                sent.incrementAndGet();
            }
        };
        Peer peer = dial(node(2, PeerLimits.DEFAULT, atBob), alice);

        try (Reply reply = peer.ask(new StatusQuery(), VERTICES)) {
            assertThat(reply.next(PATIENCE)).isPresent();
            int before = awaitStandstill(sent);
            assertThat(before).as("of 250 MiB").isLessThan(100);
            assertThatThrownBy(() -> all(reply)).as("no fault of the peer").hasMessageContaining("CLOSING");
        }
    }

    /** Its acknowledgements keep the connection alive. */
    @Test
    void whoReadsNoPushesIsCutOff() throws Exception {
        QuicNode alice = node(1, limits(Duration.ofMillis(300), 8 << 20, 4 << 20), atAlice);
        atBob.takes = false;
        dial(node(2, limits(Duration.ofSeconds(20), 1 << 20, 16 << 20), atBob), alice);
        Peer bobAtAlice = next(atAlice.connected);

        await().atMost(PATIENCE).until(() -> {
            boolean unused = bobAtAlice.push(EncodedMessage.of(vertex(1, 256 << 10)));
            return !atAlice.disconnected.isEmpty();
        });

        assertThat(next(atAlice.disconnected).toString()).startsWith("TOO_SLOW: no push was read");
    }

    /** It is one message, so that nobody waits for room for the next one. */
    @Test
    void answerWhoseLastMessageNobodyReadsIsGivenUp() throws Exception {
        QuicNode alice = node(1, limits(Duration.ofMillis(300), 8 << 20, 16 << 20), atAlice);
        atAlice.answering = (question, answer) -> answer.send(vertex(1, 500 << 10));
        try (var raw = new RawPeer(alice.address())) {
            raw.hello(NETWORK);
            List<RawPeer.Unread> unread = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                unread.add(raw.ask(new StatusQuery()));
            }
            // Two of them fit into what is under way on a connection. It has one thread here.
            await().atMost(PATIENCE).until(() -> atAlice.asked.size() == 5);
            assertThat(unread.get(3).failureOnceRead()).hasMessageContaining("STREAM_RESET");
        }
    }

    /** Each may hold a stream, and has bytes under way that count against the connection. */
    @Test
    void answersThatAreGivenUpAreNotInTheWayOfLaterOnes() throws Exception {
        QuicNode alice = node(1, quiet(Duration.ofSeconds(2)), atAlice);
        var stalled = new Semaphore(0);
        atAlice.answering = (question, answer) -> {
            if (question instanceof StatusQuery) {
                stalled.acquire();
            }
            for (int i = 0; i < 40; i++) {
                answer.send(vertex(i, 100 << 10));
            }
        };
        Peer peer = dial(node(2, quiet(Duration.ofSeconds(20)), atBob), alice);
        // Who does not read has a few MiB under way.
        for (int i = 0; i < 5; i++) {
            try (Reply reply = peer.ask(new VerticesByRound(1L, 3L), VERTICES)) {
                assertThat(reply.next(PATIENCE)).isPresent();
            }
        }
        for (int i = 0; i < 40; i++) {
            try (Reply reply = peer.ask(new StatusQuery(), VERTICES)) {
                assertThatThrownBy(() -> reply.next(Duration.ofMillis(20))).isInstanceOf(PeerException.class);
            }
        }
        stalled.release(1_000);

        await().atMost(PATIENCE.multipliedBy(4)).until(() -> {
            // Its packets are the occasion for the other side to say that it may ask again.
            boolean unused = peer.push(EncodedMessage.of(vertex(1)));
            try (Reply reply = peer.ask(new VerticesByRound(1L, 3L), VERTICES)) {
                return all(reply).size() == 40;
            } catch (PeerException e) {
                return false;
            }
        });
        assertThat(atBob.disconnected).isEmpty();
    }

    @Test
    void answersArriveToTheirLastMessage() throws Exception {
        QuicNode alice = node(1, PeerLimits.DEFAULT, atAlice);
        atAlice.answering = (question, answer) -> {
            for (int i = 0; i < 1_000; i++) {
                answer.send(vertex(i, 500));
            }
        };
        Peer peer = dial(node(2, PeerLimits.DEFAULT, atBob), alice);

        for (int i = 0; i < 20; i++) {
            try (Reply reply = peer.ask(new StatusQuery(), VERTICES)) {
                assertThat(all(reply).size()).isEqualTo(1_000);
            }
        }
    }

    @Test
    void peerWhoseMessagesNobodyTakesIsNotRead() throws Exception {
        PeerLimits small = limits(Duration.ofSeconds(20), 1 << 20, 4 << 20);
        QuicNode alice = node(1, small, atAlice);
        atAlice.takes = false;
        Peer peer = dial(node(2, small, atBob), alice);

        int accepted = 0;
        while (peer.push(EncodedMessage.of(vertex(accepted, 64 << 10)))) {
            accepted++;
        }
        int expected = accepted;
        assertThat(accepted)
                .as("4 MiB wait for the peer; meanwhile it takes what it can hold")
                .isBetween(50, 110);
        await().atMost(PATIENCE).until(() -> atAlice.pushed.size() >= 16);
        assertThat(atAlice.pushed.size())
                .as("1 MiB is not taken, and what was read with it")
                .isLessThan(40);

        atAlice.takeAll();

        await().atMost(PATIENCE).until(() -> atAlice.pushed.size() == expected);
    }

    @Test
    void tooManyQuestionsAreRefusedOneByOneAndThenTheConnectionEnds() throws Exception {
        var limits = new PeerLimits(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                32 << 20,
                600_000,
                8 << 20,
                8 << 20,
                30,
                16,
                Duration.ofSeconds(20));
        QuicNode alice = node(1, limits, atAlice);
        Peer peer = dial(node(2, PeerLimits.DEFAULT, atBob), alice);

        int answered = 0;
        PeerException refused = null;
        while (refused == null && answered < 30) {
            try (Reply reply = peer.ask(new StatusQuery(), EnumSet.of(MessageType.STATUS))) {
                assertThat(reply.next(PATIENCE)).isEmpty();
                answered++;
            } catch (PeerException e) {
                refused = e;
            }
        }

        assertThat(answered).isEqualTo(3);
        assertThat(refused).hasMessageContaining("TOO_FAST");

        for (int i = 0; i < 30 && atBob.disconnected.isEmpty(); i++) {
            try (Reply reply = peer.ask(new StatusQuery(), EnumSet.of(MessageType.STATUS))) {
                assertThatThrownBy(() -> reply.next(PATIENCE)).isInstanceOf(PeerException.class);
            }
        }
        assertThat(next(atBob.disconnected).toString()).startsWith("TOO_FAST: the peer says");
    }

    @Test
    void whoStopsSaysSo() throws Exception {
        QuicNode alice = node(1, PeerLimits.DEFAULT, atAlice);
        dial(node(2, PeerLimits.DEFAULT, atBob), alice);

        alice.close();

        assertThat(next(atBob.disconnected))
                .isEqualTo(new PeerRefusal(RefusalReason.CLOSING, "the peer says: this node stops"));
    }

    private static int awaitStandstill(java.util.concurrent.atomic.AtomicInteger counter) {
        await().during(Duration.ofMillis(200)).atMost(PATIENCE).until(new java.util.concurrent.Callable<Boolean>() {
            private int last = -1;

            @Override
            public Boolean call() {
                int now = counter.get();
                boolean same = now == last;
                last = now;
                return same;
            }
        });
        return counter.get();
    }

    private static List<SpecificRecordBase> all(Reply reply) throws Exception {
        List<SpecificRecordBase> all = new ArrayList<>();
        Optional<SpecificRecordBase> next = reply.next(PATIENCE);
        while (next.isPresent()) {
            all.add(next.get());
            next = reply.next(PATIENCE);
        }
        return all;
    }

    private static Peer dial(QuicNode from, QuicNode to) {
        try {
            return from.dial(to.address()).orTimeout(30, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static <T> T next(java.util.concurrent.BlockingQueue<T> queue) throws InterruptedException {
        @Nullable T value = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(value).isNotNull();
        return java.util.Objects.requireNonNull(value);
    }

    private QuicNode node(int seed, PeerLimits limits, PeerEvents events) throws IOException {
        return node(seed, "127.0.0.1", limits, events);
    }

    private QuicNode node(int seed, String address, PeerLimits limits, PeerEvents events) throws IOException {
        return open(new Identity(NETWORK, key(seed), false, null), address, 10, limits, events);
    }

    private QuicNode open(Identity identity, String address, int places, PeerLimits limits, PeerEvents events)
            throws IOException {
        QuicNode node = QuicNode.open(
                identity,
                new QuicNode.Settings(new InetSocketAddress(address, 0), places, limits),
                events,
                Ed25519.bouncyCastle(),
                Clock.systemUTC());
        open.add(node);
        return node;
    }

    private static PeerLimits limits(Duration readWithin, int untaken, int unsent) {
        PeerLimits all = PeerLimits.DEFAULT;
        return new PeerLimits(
                all.helloWithin(),
                all.questionWithin(),
                all.idle(),
                all.pushBytesPerSecond(),
                all.pushesPerMinute(),
                untaken,
                unsent,
                all.questionsPerMinute(),
                all.questionsAtOnce(),
                readWithin);
    }

    /** Of nodes that may say nothing for a while. */
    private static PeerLimits quiet(Duration readWithin) {
        PeerLimits all = PeerLimits.DEFAULT;
        return new PeerLimits(
                Duration.ofMinutes(5),
                all.questionWithin(),
                Duration.ofMinutes(5),
                all.pushBytesPerSecond(),
                all.pushesPerMinute(),
                all.untaken(),
                all.unsent(),
                all.questionsPerMinute(),
                all.questionsAtOnce(),
                readWithin);
    }

    private static SignedVertex vertex(int number) {
        return vertex(number, 10);
    }

    private static SignedVertex vertex(int number, int size) {
        byte[] header = new byte[120];
        header[0] = (byte) number;
        return new SignedVertex(new Bytes120(header), new Bytes64(new byte[64]), ByteBuffer.wrap(new byte[size]));
    }

    private static SigningKey key(int seed) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) seed;
        return SigningKey.ofSeed(bytes);
    }
}
