package dev.meshlog.streams.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.TransactionResult;
import dev.meshlog.schemas.ledger.ValidatorEntry;
import dev.meshlog.schemas.ledger.ValidatorSet;
import dev.meshlog.schemas.ledger.ValidatorTable;
import dev.meshlog.schemas.testing.TestBroker;
import dev.meshlog.streams.StreamsApp;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VertexProducerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Topic<String, byte[]> UNDECODED = new Topic<>(
            Topics.VERTICES.name(), "", "", Serdes.String(), Serdes.ByteArray(), 6, Map.of(), List.of(), List.of());

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

    @Test
    void makesOneVertexForEveryRound() {
        try (var producer = producer(Duration.ofMillis(5))) {
            producer.start();
            await().atMost(PATIENCE).until(() -> vertices().size() >= 12);
        }

        assertIsOneChain(vertices());
    }

    /** At the idle interval a newcomer would wait for hours. */
    @Test
    void idleProducerHurriesWhileTheValidatorsAreToChange() {
        List<ValidatorSet> sets =
                new ArrayList<>(OpenEpochs.genesis(network.genesis).toRecord().getSets());
        sets.add(new ValidatorSet(
                2L,
                List.of(
                        sets.get(0).getValidators().get(0),
                        new ValidatorEntry(Network.key(7).publicKey().fixed(), 1L, "", 0L))));
        broker.write(
                Topics.VALIDATORS,
                Topics.VALIDATORS_KEY,
                Topics.VALIDATORS.values().serializer().serialize("", new ValidatorTable(0L, 1L, sets)));
        var settings = new VertexProducer.Settings(Duration.ofMillis(5), Duration.ofDays(1), Duration.ofMillis(500));
        try (var producer = producer(network, settings, Clock.systemUTC())) {
            producer.start();
            await().atMost(PATIENCE).until(() -> vertices().size() >= 12);
        }
    }

    @Test
    void goesNoFurtherThanTheEpochsThatTheLedgerHasOpened() {
        var shortEpochs = new Network(1, 20, 12, List.of());
        try (var producer = producer(shortEpochs, Duration.ZERO, Clock.systemUTC())) {
            producer.start();
            await().atMost(PATIENCE).until(() -> broker.values(Topics.VERTICES).size() >= 39);
        }

        assertThat(broker.values(Topics.VERTICES))
                .as("two epochs without round 0")
                .hasSize(39);
    }

    @Test
    void goesNoFurtherThanWhatIsVerifiedAllows() {
        try (var producer = producer(Duration.ZERO)) {
            producer.start();
            await().atMost(PATIENCE).until(() -> vertices().size() >= 51);
        }

        assertThat(vertices()).hasSize(51);
    }

    @Test
    void goesOnAtTheNextRoundAfterARestart() {
        for (int start = 1; start <= 4; start++) {
            int wanted = 5 * start;
            try (var producer = producer(Duration.ofMillis(5))) {
                producer.start();
                await().atMost(PATIENCE).until(() -> vertices().size() >= wanted);
            }
        }

        assertIsOneChain(vertices());
    }

    @Test
    void vertexOfATransactionThatWasNeverCommittedIsNotThere() {
        makeVertices(3);
        List<Vertex> before = vertices();
        Vertex lost = network.vertex(
                0, before.size() + 1, List.of(before.get(before.size() - 1).ref()), List.of());
        try (var killed = broker.cluster().transactionalProducer(VertexOutput.groupId(key.publicKey()))) {
            killed.initTransactions();
            killed.beginTransaction();
            var unused = killed.send(
                    new ProducerRecord<>(Topics.VERTICES.name(), key.publicKey().hex(), Vertices.bytes(lost)));
            killed.flush();

            makeVertices(before.size() + 3);
        }

        assertIsOneChain(vertices());
        assertThat(vertices()).doesNotContain(lost);
    }

    @Test
    void secondProducerWithTheKeyFencesTheFirst() {
        // Nobody verifies here: slow enough that the first does not come so far ahead that it waits and never writes
        // again.
        try (var first = producer(Duration.ofMillis(200));
                var second = producer(Duration.ofMillis(200))) {
            first.start();
            await().atMost(PATIENCE).until(() -> vertices().size() >= 3);
            second.start();

            await().atMost(PATIENCE).until(() -> first.failure().isPresent());
            assertThat(first.failure().orElseThrow()).hasMessageContaining("another process produces vertices");
            int then = vertices().size();
            await().atMost(PATIENCE).until(() -> vertices().size() >= then + 3);
            assertThat(second.failure()).isEmpty();
        }

        assertIsOneChain(vertices());
    }

    @Test
    void vertexThatSomebodyElseSignedInOurNameIsNotOurs() {
        makeVertices(3);
        int before = vertices().size();
        var forger = new Network(1).factory(Network.key(77));
        var forged = forger.make(1_000, List.of(VertexRef.implicit(key.publicKey())), List.of(), 0, Hash.ZERO, 0)
                .record();
        byte[] header = forged.getHeader().bytes();
        System.arraycopy(key.publicKey().bytes(), 0, header, 0, Hash.LENGTH);
        broker.write(
                Topics.VERTICES,
                key.publicKey().hex(),
                Topics.VERTICES.values().serializer().serialize("", forged));
        broker.write(Topics.VERTICES, key.publicKey().hex(), "garbage".getBytes(UTF_8));
        broker.write(Topics.VERIFIED, key.publicKey().hex(), "garbage".getBytes(UTF_8));
        broker.write(Topics.COMMITS, "1", "garbage".getBytes(UTF_8));

        int end = before + 3;
        try (var producer = producer(Duration.ofMillis(5))) {
            producer.start();
            await().atMost(PATIENCE).until(() -> signedByUs().size() >= end);
            assertThat(producer.failure()).isEmpty();
        }

        assertIsOneChain(signedByUs());
    }

    @Test
    void transactionsComeIntoVerticesOnceAcrossRestarts() {
        List<Transaction> sent = LongStream.range(0, 400)
                .mapToObj(number -> Vertices.creation(network, number))
                .toList();
        for (int start = 0; start < 4; start++) {
            sent.subList(100 * start, 100 * start + 50).forEach(this::submit);
            try (var producer = producer(Duration.ofMillis(2))) {
                producer.start();
                sent.subList(100 * start + 50, 100 * start + 100).forEach(this::submit);
            }
            verify();
        }
        try (var producer = producer(Duration.ofMillis(2))) {
            producer.start();
            await().atMost(PATIENCE).until(() -> {
                verify();
                return transactions().size() >= sent.size();
            });
        }

        assertThat(transactions())
                .containsExactlyInAnyOrderElementsOf(
                        sent.stream().map(Transaction::id).toList());
        assertIsOneChain(vertices());
    }

    @Test
    void unusableTransactionIsRejectedAndHoldsUpNobody() {
        Transaction first = Vertices.creation(network, 1);
        Transaction second = Vertices.creation(network, 2);
        String sender = key.publicKey().hex();
        submit(first);
        broker.write(Topics.TRANSACTIONS, sender, "garbage".getBytes(UTF_8));
        broker.write(Topics.TRANSACTIONS, sender, null);
        submit(second);

        try (var producer = producer(Duration.ofMillis(5))) {
            producer.start();
            await().atMost(PATIENCE).until(() -> transactions().size() >= 2);
        }

        assertThat(transactions()).containsExactly(first.id(), second.id());
        List<RejectedInput> rejected = broker.values(Topics.LEDGER_REJECTED);
        assertThat(rejected)
                .hasSize(2)
                .allSatisfy(input -> assertThat(input.getReason()).isEqualTo("BAD_TRANSACTION"));
        assertThat(Buffers.array(rejected.get(0).getBytes())).isEqualTo("garbage".getBytes(UTF_8));
        assertThat(rejected.get(0).getOrigin().getTopic()).isEqualTo(Topics.TRANSACTIONS.name());
    }

    @Test
    void clockThatIsSetBackDelaysNothing() {
        var clock = new SettableClock();
        try (var producer = producer(Duration.ofMillis(5), clock)) {
            producer.start();
            await().atMost(PATIENCE).until(() -> vertices().size() >= 3);

            clock.setBack(Duration.ofDays(1));

            int then = vertices().size();
            await().atMost(PATIENCE).until(() -> vertices().size() >= then + 5);
        }
    }

    /** Verify, order, execute and produce together, each stopped and started in between. */
    @Test
    void everyTransactionTakesEffectOnceOnARealCluster(@TempDir Path directory) throws Exception {
        List<Transaction> sent = LongStream.range(0, 90)
                .mapToObj(number -> Vertices.creation(network, number))
                .toList();
        for (int start = 0; start < 3; start++) {
            int done = 30 * (start + 1);
            try (var streams = new StreamsApp(
                            "ledger",
                            LedgerStreams.topology(network.genesis),
                            LedgerStreams.properties(broker.cluster(), directory));
                    var producer = producer(Duration.ofMillis(10))) {
                streams.start();
                producer.start();
                sent.subList(done - 30, done).forEach(this::submit);
                await().atMost(PATIENCE).until(() -> results().size() >= done);
                assertThat(streams.failure()).isEmpty();
                assertThat(producer.failure()).isEmpty();
            }
        }

        assertThat(results().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        sent.stream().map(sentOne -> sentOne.id().hex()).toList());
        assertThat(broker.values(Topics.RESULTS))
                .hasSize(90)
                .allSatisfy(result -> assertThat(result.getCode()).isEqualTo("OK"));
        assertIsOneChain(vertices());
        var commits = broker.values(Topics.COMMITS);
        assertThat(commits.stream().map(commit -> commit.getIndex()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, commits.size()).boxed().toList());
        var fold = new LedgerDriver.Fold(network.genesis);
        broker.values(Topics.CHANGES).forEach(changes -> {
            fold.apply(changes);
            var checkpoint = changes.getEnd().getCheckpoint();
            if (checkpoint != null) {
                assertThat(Hash.of(checkpoint.getRoot())).isEqualTo(fold.state.root(checkpoint.getIndex()));
            }
        });
        assertThat(broker.values(Topics.EVENTS)).isEmpty();
        assertThat(broker.values(Topics.LEDGER_REJECTED)).isEmpty();
    }

    /** What the verifier does with good vertices. */
    private void verify() {
        List<SignedVertex> made = broker.values(Topics.VERTICES);
        for (SignedVertex vertex : made.subList(broker.values(Topics.VERIFIED).size(), made.size())) {
            broker.write(
                    Topics.VERIFIED,
                    key.publicKey().hex(),
                    Topics.VERIFIED.values().serializer().serialize("", vertex));
        }
    }

    private Map<String, TransactionResult> results() {
        return broker.table(Topics.RESULTS);
    }

    private void makeVertices(int wanted) {
        try (var producer = producer(Duration.ofMillis(5))) {
            producer.start();
            await().atMost(PATIENCE).until(() -> vertices().size() >= wanted);
        }
    }

    private void submit(Transaction transaction) {
        broker.write(
                Topics.TRANSACTIONS,
                transaction.call().sender().hex(),
                Topics.TRANSACTIONS.values().serializer().serialize("", Vertices.signed(transaction)));
    }

    private List<Vertex> vertices() {
        return broker.values(Topics.VERTICES).stream()
                .map(vertex -> Vertex.parse(network.genesis.networkId(), vertex))
                .toList();
    }

    private List<Vertex> signedByUs() {
        var ours = new ArrayList<Vertex>();
        TopicReader.readAll(broker.cluster(), UNDECODED, rec -> {
            try {
                Vertex vertex = Vertex.parse(
                        network.genesis.networkId(),
                        Topics.VERTICES.values().deserializer().deserialize("", rec.value()));
                if (Ed25519.fastest().verify(key.publicKey(), vertex.id(), vertex.signature())) {
                    ours.add(vertex);
                }
            } catch (MalformedRecordException e) {
                assertThat(rec.value()).isEqualTo("garbage".getBytes(UTF_8));
            }
        });
        return ours;
    }

    private List<Hash> transactions() {
        return vertices().stream()
                .flatMap(vertex -> vertex.transactions().stream())
                .map(bytes ->
                        Transaction.parse(network.genesis.networkId(), bytes).id())
                .collect(Collectors.toList());
    }

    private static void assertIsOneChain(List<Vertex> vertices) {
        for (int i = 0; i < vertices.size(); i++) {
            Vertex vertex = vertices.get(i);
            assertThat(vertex.round()).isEqualTo(i + 1);
            assertThat(vertex.parents())
                    .containsExactly(
                            i == 0
                                    ? VertexRef.implicit(vertex.producer())
                                    : vertices.get(i - 1).ref());
        }
    }

    private VertexProducer producer(Duration interval) {
        return producer(interval, Clock.systemUTC());
    }

    private VertexProducer producer(Duration interval, Clock clock) {
        return producer(network, interval, clock);
    }

    private static VertexProducer producer(Network network, Duration interval, Clock clock) {
        return producer(network, new VertexProducer.Settings(interval, interval, Duration.ofMillis(500)), clock);
    }

    private static VertexProducer producer(Network network, VertexProducer.Settings settings, Clock clock) {
        return new VertexProducer(
                broker.cluster(),
                network.genesis,
                network.genesisCheckpoint().root(),
                network.keys.get(0),
                settings,
                clock);
    }
}
