package dev.meshlog.streams.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.testing.TestBroker;
import dev.meshlog.streams.StreamsApp;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole ledger on a cluster of its own for each test: Kafka Streams keeps its changelogs there. */
class LedgerClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Hash COIN = Hash.ofHex("01".repeat(32));

    @TempDir
    Path directory;

    private final SigningKey newcomer = Network.key(50);
    private final Network network =
            new Network(1, 20, 12, List.of(new GenesisConfig.InitialCoin(COIN, newcomer.publicKey(), 5)));

    @SuppressWarnings("NullAway.Init") // set before each test
    private TestBroker broker;

    @BeforeEach
    void startBroker() throws Exception {
        broker = TestBroker.start(directory.resolve("broker"));
        broker.recreateTopics();
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    @Test
    void whoRegistersProducesTwoEpochsLaterAndCountsThen() {
        try (var streams = streams("one", 0);
                var first = producer(network.keys.get(0));
                var second = producer(newcomer)) {
            streams.start();
            first.start();
            second.start();
            submit(sign(newcomer, List.of(new ObjectRef(COIN, 1)), 0, "register_validator", "quic://a:1"));
            await().atMost(PATIENCE).until(() -> committedOf(newcomer) >= 10);
            assertThat(first.failure()).isEmpty();
            assertThat(second.failure()).isEmpty();
            assertThat(streams.failure()).isEmpty();
        }

        long registered = broker.values(Topics.COMMITS).stream()
                .filter(commit -> commit.getTransactions() > 0)
                .findFirst()
                .orElseThrow()
                .getEpoch();
        assertThat(verifiedOf(newcomer).stream().mapToLong(vertex -> vertex.round() / network.genesis.epochLength()))
                .isNotEmpty()
                .allMatch(epoch -> epoch >= registered + 2);
        assertThat(broker.values(Topics.LEDGER_REJECTED)).isEmpty();
        assertThat(broker.values(Topics.EVENTS))
                .as("no equivocation, nothing refused")
                .isEmpty();
    }

    @Test
    void validatorThatWasAwayForLongGoesOnWhereTheOthersAre() {
        var four = new Network(4, 1_000, 12, List.of());
        List<VertexRef> before = four.keys.stream()
                .map(key -> VertexRef.implicit(key.publicKey()))
                .toList();
        for (long round = 1; round <= 150; round++) {
            List<VertexRef> made = new ArrayList<>();
            for (int number = round <= 60 ? 0 : 1; number < 4; number++) {
                Hash self = four.keys.get(number).publicKey();
                List<VertexRef> parents = new ArrayList<>(before);
                parents.sort(Comparator.comparing(ref -> !ref.producer().equals(self)));
                Vertex vertex = four.vertex(number, round, parents, List.of());
                broker.write(Topics.VERTICES, self.hex(), Vertices.bytes(vertex));
                made.add(vertex.ref());
            }
            before = made;
        }
        SigningKey away = four.keys.get(0);
        try (var streams = streams(four, "one", 0);
                var back = producer(four, away)) {
            streams.start();
            await().atMost(PATIENCE)
                    .until(() -> broker.values(Topics.VERIFIED).size() == 4 * 60 + 3 * 90
                            && broker.values(Topics.COMMITS).stream()
                                    .anyMatch(commit -> commit.getLeaderRound() > 120));
            back.start();
            await().atMost(PATIENCE)
                    .failFast(() -> back.failure().isPresent())
                    .until(() -> broker.values(Topics.VERTICES).stream()
                            .map(vertex -> Vertex.parse(four.genesis.networkId(), vertex))
                            .anyMatch(vertex -> vertex.producer().equals(away.publicKey()) && vertex.round() > 150));
        }
    }

    @Test
    void standbyTakesOverWithTheStateItHas() throws Exception {
        try (var producer = producer(network.keys.get(0))) {
            producer.start();
            try (var second = streams("two", 1)) {
                try (var first = streams("one", 1)) {
                    first.start();
                    assertThat(first.awaitRunning(PATIENCE)).isTrue();
                    second.start();
                    submit(LongStream.range(0, 100));
                    await().atMost(PATIENCE).until(() -> results() >= 100);
                    await().atMost(PATIENCE).until(() -> isNear(second));
                }
                submit(LongStream.range(100, 200));
                await().atMost(PATIENCE).until(() -> results() >= 200);
                assertThat(second.failure()).isEmpty();
            }
        }

        var commits = broker.values(Topics.COMMITS);
        assertThat(commits.stream().map(CommitRecord::getIndex))
                .as("no gap and no repeat")
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
    }

    /** It holds a copy of the entries, and what it lacks is little. */
    private static boolean isNear(StreamsApp standby) {
        OptionalLong lag = standby.lag(LedgerTopology.ENTRIES_STORE);
        return lag.isPresent() && lag.getAsLong() < 100;
    }

    private StreamsApp streams(String instance, int standbys) {
        return streams(network, instance, standbys);
    }

    private StreamsApp streams(Network network, String instance, int standbys) {
        Properties properties = LedgerStreams.properties(broker.cluster(), directory.resolve(instance));
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
        LedgerStreams.keepStandbys(properties, standbys);
        return new StreamsApp("ledger " + instance, LedgerStreams.topology(network.genesis), properties);
    }

    private VertexProducer producer(SigningKey key) {
        return producer(network, key);
    }

    private VertexProducer producer(Network network, SigningKey key) {
        return new VertexProducer(
                broker.cluster(),
                network.genesis,
                network.genesisCheckpoint().root(),
                key,
                new VertexProducer.Settings(Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(500)),
                Clock.systemUTC());
    }

    private long results() {
        return broker.values(Topics.RESULTS).size();
    }

    private void submit(LongStream numbers) {
        numbers.mapToObj(number -> Vertices.creation(network, number)).forEach(this::submit);
    }

    private void submit(Transaction transaction) {
        broker.write(
                Topics.TRANSACTIONS,
                transaction.call().sender().hex(),
                Topics.TRANSACTIONS.values().serializer().serialize("", Vertices.signed(transaction)));
    }

    private Transaction sign(SigningKey sender, List<ObjectRef> writes, int creates, String function, String args) {
        return Transaction.sign(
                network.genesis.networkId(),
                new Call(
                        sender.publicKey(),
                        List.of(),
                        writes,
                        creates,
                        SystemPod.NAME,
                        function,
                        args.getBytes(UTF_8),
                        900),
                sender);
    }

    private long committedOf(SigningKey validator) {
        var committed = broker.values(Topics.COMMITS).stream()
                .flatMap(commit -> commit.getVertices().stream())
                .map(Hash::of)
                .collect(Collectors.toSet());
        return verifiedOf(validator).stream()
                .filter(vertex -> committed.contains(vertex.id()))
                .count();
    }

    private List<Vertex> verifiedOf(SigningKey validator) {
        return broker.values(Topics.VERIFIED).stream()
                .map(vertex -> Vertex.parse(network.genesis.networkId(), vertex))
                .filter(vertex -> vertex.producer().equals(validator.publicKey()))
                .toList();
    }
}
