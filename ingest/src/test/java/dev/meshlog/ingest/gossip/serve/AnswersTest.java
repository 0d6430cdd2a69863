package dev.meshlog.ingest.gossip.serve;

import static dev.meshlog.ingest.gossip.serve.Vertices.NETWORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.quic.Identity;
import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.PeerLimits;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ingest.gossip.quic.QuicNode;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.gossip.SnapshotQuery;
import dev.meshlog.schemas.gossip.StatusQuery;
import dev.meshlog.schemas.gossip.Submission;
import dev.meshlog.schemas.gossip.Submitted;
import dev.meshlog.schemas.gossip.VerticesById;
import dev.meshlog.schemas.gossip.VerticesByRound;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node asks another, over QUIC; what is answered comes from a real cluster. */
class AnswersTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final List<Vertex> VERTICES = Vertices.rounds(3, 1, 250, 200);
    private static final Snapshots SNAPSHOT = Snapshots.of(7, true);
    private static final PeerStatus STATUS = new PeerStatus(3L, Hash.ZERO.fixed(), 70L, 250L, 1L, 7L, "a test");

    @TempDir
    private static Path directory;

    private static TestBroker broker;
    private static VertexIndex index;
    private static SnapshotShelf shelf;
    private static Submissions submissions;

    private final List<QuicNode> nodes = new ArrayList<>();
    private final AskedNode asking = new AskedNode(null);

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.startWithTopics(directory.resolve("broker"));
        index = new VertexIndex(
                broker.cluster(), NETWORK, directory.resolve("index"), new Random(1), Duration.ofMillis(200));
        shelf = SnapshotShelf.open(broker.cluster(), NETWORK, Clock.systemUTC(), new Random(1));
        submissions = Submissions.into(broker.cluster(), NETWORK, Ed25519.bouncyCastle());
        Vertices.log(broker.cluster(), VERTICES);
        SNAPSHOT.write(broker);
        long offset = broker.records(Topics.VERIFIED).stream()
                .filter(rec -> rec.value().equals(VERTICES.get(15).record()))
                .findFirst()
                .orElseThrow()
                .offset();
        await().atMost(Duration.ofMinutes(2))
                .until(() ->
                        index.newestRound() == 250 && shelf.newestCheckpoint().isPresent());
        broker.deleteBefore(Topics.VERIFIED, 0, offset);
        await().atMost(Duration.ofMinutes(2)).until(() -> index.oldestRound() == 6);
    }

    @AfterAll
    static void stop() {
        submissions.close();
        shelf.close();
        index.close();
        broker.close();
    }

    @AfterEach
    void close() {
        nodes.forEach(QuicNode::close);
    }

    @Test
    void everyQuestionIsAnswered() throws Exception {
        Peer peer = peer();

        assertThat(ask(peer, new StatusQuery(), MessageType.STATUS)).containsExactly(STATUS);

        List<Bytes32> ids =
                List.of(id(VERTICES.get(500)), Hash.ZERO.fixed(), id(VERTICES.get(20)), id(VERTICES.get(4)));
        assertThat(ask(peer, new VerticesById(ids), MessageType.VERTEX))
                .as("the last one is gone")
                .containsExactly(VERTICES.get(20).record(), VERTICES.get(500).record());
        assertThat(ask(peer, new VerticesByRound(11L, 210L), MessageType.VERTEX))
                .isEqualTo(Vertices.records(VERTICES.subList(30, 630)));
        assertThat(ask(peer, new VerticesByRound(251L, 300L), MessageType.VERTEX))
                .isEmpty();

        assertThat(ask(peer, new SnapshotQuery(5), MessageType.SNAPSHOT)).containsExactly(SNAPSHOT.published());
        assertThat(ask(peer, new ChunkQuery(SNAPSHOT.entries().getId()), MessageType.CHUNK))
                .containsExactly(SNAPSHOT.entries());

        Transaction transaction = transaction(NETWORK);
        var submission = new Submission(ByteBuffer.wrap(transaction.bytes()));
        var submitted = new Submitted(transaction.id().fixed());
        assertThat(ask(peer, submission, MessageType.SUBMITTED)).containsExactly(submitted);
        assertThat(ask(peer, submission, MessageType.SUBMITTED)).as("again").containsExactly(submitted);
        assertThat(broker.records(Topics.TRANSACTIONS)).isNotEmpty().allSatisfy(rec -> {
            assertThat(rec.key()).isEqualTo(transaction.call().sender().hex());
            assertThat(rec.value().getSignature().bytes()).isEqualTo(transaction.signature());
        });
    }

    @Test
    void whatCannotBeAnsweredIsRefusedWithItsReason() throws Exception {
        Peer peer = peer();
        int before = broker.records(Topics.TRANSACTIONS).size();

        assertRefused(peer, new VerticesById(Collections.nCopies(501, Hash.ZERO.fixed())), RefusalReason.OUT_OF_RANGE);
        assertRefused(peer, new VerticesByRound(0L, 5L), RefusalReason.MALFORMED);
        assertRefused(peer, new VerticesByRound(Long.MIN_VALUE, 5L), RefusalReason.MALFORMED);
        assertRefused(peer, new VerticesByRound(9L, 8L), RefusalReason.MALFORMED);
        assertRefused(peer, new VerticesByRound(1L, 201L), RefusalReason.OUT_OF_RANGE);
        assertRefused(peer, new VerticesByRound(1L, Long.MAX_VALUE), RefusalReason.OUT_OF_RANGE);
        assertRefused(peer, new VerticesByRound(5L, 6L), RefusalReason.OUT_OF_RANGE);
        assertRefused(peer, new SnapshotQuery(0), RefusalReason.MALFORMED);
        assertRefused(peer, new ChunkQuery(Hash.ZERO.fixed()), RefusalReason.NOT_FOUND);

        byte[] forged = transaction(NETWORK).bytes().clone();
        forged[forged.length - 40] ^= 1;
        byte[] cut = Arrays.copyOf(forged, 100);
        for (byte[] garbage : List.of(
                new byte[0],
                new byte[1_000],
                forged,
                cut,
                transaction(Hash.ZERO).bytes())) {
            assertRefused(peer, new Submission(ByteBuffer.wrap(garbage)), RefusalReason.MALFORMED);
        }
        assertThat(broker.records(Topics.TRANSACTIONS)).hasSize(before);
    }

    @Test
    void whoAsksForAMillionVerticesIsCutOff() throws Exception {
        Peer peer = peer();
        var question = new VerticesById(Collections.nCopies(1_000_000, Hash.ZERO.fixed()));
        try (Reply reply = peer.ask(question, EnumSet.of(MessageType.VERTEX))) {
            assertThatThrownBy(() -> reply.next(PATIENCE)).isInstanceOf(PeerException.class);
        }
        PeerRefusal why = asking.disconnected.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(why).isNotNull();
        assertThat(why.reason()).isEqualTo(RefusalReason.MALFORMED);
    }

    @Test
    void nodeThatDoesNotKnowItsLogYetSaysSo() throws Exception {
        VertexIndex closed = VertexIndex.open(broker.cluster(), NETWORK, directory.resolve("closed"), new Random(1));
        closed.close();
        Peer peer = peer(closed);

        assertRefused(peer, new VerticesByRound(1L, 5L), RefusalReason.NOT_READY);
        assertRefused(peer, new VerticesById(List.of(Hash.ZERO.fixed())), RefusalReason.NOT_READY);
    }

    private static void assertRefused(Peer peer, SpecificRecordBase question, RefusalReason reason) throws Exception {
        try (Reply reply = peer.ask(question, EnumSet.of(MessageType.VERTEX, MessageType.SUBMITTED))) {
            assertThatThrownBy(() -> reply.next(PATIENCE))
                    .as("%s", question.getSchema().getName())
                    .isInstanceOfSatisfying(
                            PeerException.class, why -> assertThat(why.reason()).isEqualTo(reason));
        }
    }

    private static List<SpecificRecordBase> ask(Peer peer, SpecificRecordBase question, MessageType expected)
            throws Exception {
        List<SpecificRecordBase> answer = new ArrayList<>();
        try (Reply reply = peer.ask(question, EnumSet.of(expected))) {
            for (var next = reply.next(PATIENCE); next.isPresent(); next = reply.next(PATIENCE)) {
                answer.add(next.get());
            }
        }
        return answer;
    }

    private Peer peer() throws Exception {
        return peer(index);
    }

    private Peer peer(VertexIndex vertices) throws Exception {
        var answers = new Answers(vertices, shelf, submissions, () -> STATUS);
        return node(2, asking)
                .dial(node(1, new AskedNode(answers)).address())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private QuicNode node(int key, AskedNode events) throws IOException {
        QuicNode node = QuicNode.open(
                new Identity(NETWORK, Vertices.key(key), false, null),
                new QuicNode.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10, PeerLimits.DEFAULT),
                events,
                Ed25519.bouncyCastle(),
                Clock.systemUTC());
        nodes.add(node);
        return node;
    }

    private static Transaction transaction(Hash networkId) {
        var call = new Call(
                Vertices.key(9).publicKey(), List.of(), List.of(), 1, "system", "create_object", new byte[300], 50);
        return Transaction.sign(networkId, call, Vertices.key(9));
    }

    private static Bytes32 id(Vertex vertex) {
        return vertex.id().fixed();
    }
}
