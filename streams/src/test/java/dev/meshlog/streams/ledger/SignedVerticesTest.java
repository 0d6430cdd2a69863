package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a producer looks for what it signed. On a broker of its own: the place of the verifier can only be set while no verifier is in the group. */
class SignedVerticesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static TestBroker broker;

    private final Network network = new Network(1, 200, 12, List.of());
    private final SigningKey key = network.keys.get(0);

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        broker = TestBroker.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void emptyTopics() {
        broker.recreateTopics();
    }

    /** What nobody can decode may be a vertex of ours: who reads it stops. */
    @Test
    void newValidatorSearchesNoHistoryForAVertexOfItsOwn() throws Exception {
        var four = new Network(4, 200, 12, List.of());
        String self = four.keys.get(0).publicKey().hex();
        byte[] undecodable = {(byte) 0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8};
        broker.write(Topics.VERIFIED, self, undecodable);
        broker.write(Topics.VERTICES, self, undecodable);
        setVerified(broker.undecoded(Topics.VERTICES).get(0), 1);
        List<VertexRef> before = four.keys.stream()
                .map(each -> VertexRef.implicit(each.publicKey()))
                .toList();
        for (long round = 1; round <= 3; round++) {
            List<Vertex> made = new ArrayList<>();
            for (int validator = 1; validator < 4; validator++) {
                made.add(four.vertex(validator, round, ownFirst(before, four.keys.get(validator)), List.of()));
            }
            made.forEach(each -> broker.write(
                    Topics.VERIFIED,
                    each.producer().hex(),
                    Topics.VERIFIED.values().serializer().serialize("", each.record())));
            before = made.stream().map(Vertex::ref).toList();
        }

        try (var producer = producer(four)) {
            producer.start();
            await().atMost(PATIENCE)
                    .until(() -> broker.undecoded(Topics.VERTICES).size() > 1
                            || producer.failure().isPresent());
            assertThat(producer.failure()).isEmpty();
        }

        byte[] made = broker.undecoded(Topics.VERTICES).get(1).value();
        Vertex first = Vertex.parse(
                four.genesis.networkId(),
                Topics.VERTICES.values().deserializer().deserialize("", made));
        assertThat(first.round()).isEqualTo(4);
    }

    @Test
    void ownVertexThatIsNotSeenAsVerifiedIsNotSignedAgain() throws Exception {
        makeVertices(3);
        List<Vertex> made = vertices();
        made.subList(0, made.size() - 1).forEach(this::verify);
        setVerified(last(broker.undecoded(Topics.VERTICES)), 0);

        makeVertices(made.size() + 3);

        assertNoRoundIsSignedTwice();
        int before = vertices().size();
        try (var verifier = broker.cluster().transactionalProducer("verifier");
                var producer = producer(network)) {
            verifier.initTransactions();
            verifier.beginTransaction();
            vertices().subList(made.size() - 1, before).forEach(vertex -> {
                var unused = verifier.send(new ProducerRecord<>(
                        Topics.VERIFIED.name(), key.publicKey().hex(), Vertices.bytes(vertex)));
            });
            verifier.flush();
            setVerified(last(broker.undecoded(Topics.VERTICES)), 1);
            producer.start();
            verifier.commitTransaction();
            await().atMost(PATIENCE).until(() -> vertices().size() >= before + 3);
        }

        assertNoRoundIsSignedTwice();
    }

    /** The log lost it, and others have it. */
    @Test
    void whatOthersKnowIsNotSignedAgain() throws Exception {
        makeVertices(3);
        List<Vertex> made = vertices();
        made.forEach(this::verify);
        Vertex newest = last(made);
        Vertex lost = network.vertex(0, newest.round() + 1, List.of(newest.ref()), List.of());

        try (var producer = producer(network)) {
            var open = new CountDownLatch(1);
            producer.onceSigned(open::countDown);
            producer.start(lost.round());
            assertThat(open.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            // All rounds before it have their quorum: it would be signed at once.
            verify(lost);
            await().atMost(PATIENCE).until(() -> vertices().size() >= made.size() + 3);
        }
        assertThat(vertices().stream().map(Vertex::round))
                .doesNotContain(lost.round())
                .contains(lost.round() + 1);
    }

    private void verify(Vertex vertex) {
        broker.write(Topics.VERIFIED, key.publicKey().hex(), Vertices.bytes(vertex));
    }

    /** The verifier is done with the partition up to this record, and so many behind it. */
    private static void setVerified(ConsumerRecord<String, byte[]> rec, long more) throws Exception {
        try (Admin admin = broker.cluster().admin()) {
            admin.alterConsumerGroupOffsets(
                            LedgerStreams.APPLICATION_ID,
                            Map.of(
                                    new TopicPartition(rec.topic(), rec.partition()),
                                    new OffsetAndMetadata(rec.offset() + more)))
                    .all()
                    .get();
        }
    }

    private static <T> T last(List<T> all) {
        return all.get(all.size() - 1);
    }

    private static List<VertexRef> ownFirst(List<VertexRef> parents, SigningKey producer) {
        return parents.stream()
                .sorted(Comparator.comparing(
                        (VertexRef parent) -> !parent.producer().equals(producer.publicKey())))
                .toList();
    }

    private void makeVertices(int wanted) {
        try (var producer = producer(network)) {
            producer.start();
            await().atMost(PATIENCE).until(() -> vertices().size() >= wanted);
        }
    }

    private List<Vertex> vertices() {
        return broker.values(Topics.VERTICES).stream()
                .map(vertex -> Vertex.parse(network.genesis.networkId(), vertex))
                .toList();
    }

    private void assertNoRoundIsSignedTwice() {
        assertThat(vertices().stream().map(Vertex::round)).doesNotHaveDuplicates();
    }

    private static VertexProducer producer(Network network) {
        return new VertexProducer(
                broker.cluster(),
                network.genesis,
                network.genesisCheckpoint().root(),
                network.keys.get(0),
                new VertexProducer.Settings(Duration.ofMillis(5), Duration.ofMillis(5), Duration.ofMillis(500)),
                Clock.systemUTC());
    }
}
