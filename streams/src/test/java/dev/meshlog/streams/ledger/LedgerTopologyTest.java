package dev.meshlog.streams.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.LogPosition;
import dev.meshlog.schemas.ledger.MissingVertex;
import dev.meshlog.schemas.ledger.RejectedInput;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTopologyTest {
    @TempDir
    Path directory;

    @Test
    void topologyIsTheOneThatWasReviewed() throws IOException {
        try (var golden = LedgerTopologyTest.class.getResourceAsStream("ledger-topology.txt")) {
            assertThat(golden).isNotNull();
            String text =
                    LedgerStreams.topology(new Network(1).genesis).describe().toString();
            assertThat(text.strip().lines().map(String::stripTrailing).toList())
                    .isEqualTo(new String(golden.readAllBytes(), UTF_8).lines().toList());
        }
    }

    @Test
    void goodVertexGoesToTheVerifiedLogUnderItsProducer() {
        var network = new Network(1);
        Vertex vertex = Vertices.chain(network, 1, round -> List.of()).get(0);
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe("whatever the sender wrote", Vertices.bytes(vertex));

            assertThat(ledger.read(Topics.VERIFIED)).singleElement().satisfies(rec -> {
                assertThat(rec.key).isEqualTo(vertex.producer().hex());
                assertThat(rec.value).isEqualTo(vertex.record());
            });
            assertThat(ledger.read(Topics.LEDGER_REJECTED)).isEmpty();
        }
    }

    static Stream<Arguments> badInput() {
        var network = new Network(1);
        List<VertexRef> parents = List.of(VertexRef.implicit(network.keys.get(0).publicKey()));
        SignedVertex good = network.vertex(0, 1, parents, List.of()).record();
        var badSignature = SignedVertex.newBuilder(good)
                .setSignature(network.factory(Network.key(7))
                        .make(1, parents, List.of(), 0, Hash.ZERO, 0)
                        .record()
                        .getSignature())
                .build();
        var otherEpoch = new VertexFactory(network.genesis.networkId(), 1, network.keys.get(0))
                .make(1, parents, List.of(), 0, Hash.ZERO, 0);
        var stranger = new VertexFactory(network.genesis.networkId(), 20, Network.key(9))
                .make(1, List.of(VertexRef.implicit(Network.key(9).publicKey())), List.of(), 0, Hash.ZERO, 0);
        var lonely = network.vertex(0, 2, List.of(), List.of());
        var badTransaction = network.vertex(0, 1, parents, List.of(new byte[] {1, 2, 3}));
        byte[] goodBytes = Topics.VERTICES.values().serializer().serialize("", good);
        byte[] unknownSchema = goodBytes.clone();
        unknownSchema[5] ^= 1;
        byte[] leftOver = java.util.Arrays.copyOf(goodBytes, goodBytes.length + 1);
        byte[] claimsTooMuch = ByteBuffer.allocate(10 + 120 + 64 + 5)
                .put(goodBytes, 0, 10 + 120 + 64)
                .put(new byte[] {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0b})
                .array();
        return Stream.of(
                Arguments.of("BAD_SIGNATURE", bytes(badSignature)),
                Arguments.of("WRONG_EPOCH", Vertices.bytes(otherEpoch)),
                Arguments.of("UNKNOWN_PRODUCER", Vertices.bytes(stranger)),
                Arguments.of("NO_QUORUM", Vertices.bytes(lonely)),
                Arguments.of("BAD_TRANSACTION", Vertices.bytes(badTransaction)),
                Arguments.of("MALFORMED", "garbage".getBytes(UTF_8)),
                Arguments.of("MALFORMED", new byte[0]),
                Arguments.of("MALFORMED", unknownSchema),
                Arguments.of("MALFORMED", leftOver),
                Arguments.of("MALFORMED", claimsTooMuch));
    }

    @ParameterizedTest
    @MethodSource("badInput")
    void badInputIsRejectedWithReasonBytesAndOrigin(String reason, byte[] bytes) {
        var network = new Network(1);
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe("first", null);
            ledger.pipe("key", bytes);
            ledger.pipe(Vertices.chain(network, 3, round -> List.of()));

            List<RejectedInput> rejected = ledger.values(Topics.LEDGER_REJECTED);
            assertThat(rejected).hasSize(2);
            assertThat(rejected.get(0).getReason()).isEqualTo("MALFORMED");
            assertThat(rejected.get(0).getLength()).isZero();
            assertThat(rejected.get(1).getReason()).isEqualTo(reason);
            assertThat(rejected.get(1).getLength()).isEqualTo(bytes.length);
            assertThat(Buffers.array(rejected.get(1).getBytes())).isEqualTo(bytes);
            assertThat(rejected.get(1).getOrigin()).isEqualTo(new RecordPosition(Topics.VERTICES.name(), 0, 1L));
            assertThat(ledger.read(Topics.VERIFIED)).hasSize(3);
            assertThat(ledger.read(Topics.COMMITS)).hasSize(1);
        }
    }

    @Test
    void verificationGoesByTheValidatorsThatTheLedgerPublishes() {
        var network = new Network(1);
        SigningKey newcomer = Network.key(9);
        var members = new ArrayList<>(network.genesis.validators());
        members.add(new Validator(newcomer.publicKey(), 1, "", 0));
        Vertex vertex = network.factory(newcomer)
                .make(
                        1,
                        List.of(
                                VertexRef.implicit(newcomer.publicKey()),
                                VertexRef.implicit(network.keys.get(0).publicKey())),
                        List.of(),
                        0,
                        Hash.ZERO,
                        0);
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe(vertex);
            assertThat(ledger.values(Topics.LEDGER_REJECTED))
                    .extracting(RejectedInput::getReason)
                    .containsExactly("UNKNOWN_PRODUCER");

            ledger.pipeValidators(OpenEpochs.genesis(new GenesisConfig(
                    network.genesis.networkName(),
                    members,
                    network.genesis.epochLength(),
                    network.genesis.gcDepth(),
                    network.genesis.checkpointInterval(),
                    network.genesis.bucketBits(),
                    network.genesis.maxTxValidity(),
                    List.of(),
                    List.of())));
            ledger.pipe(vertex);

            assertThat(ledger.values(Topics.VERIFIED)).containsExactly(vertex.record());
        }
    }

    @Test
    void parentThatStaysMissingIsAskedForUntilItComes() {
        var network = new Network(1);
        List<Vertex> chain = Vertices.chain(network, 3, round -> List.of());
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe(chain.get(0));
            ledger.pipe(chain.get(2));
            ledger.letTimePass(Duration.ofMillis(500));
            assertThat(ledger.read(Topics.MISSING)).as("it may be on its way").isEmpty();

            ledger.letTimePass(Duration.ofMillis(500));

            assertThat(ledger.read(Topics.MISSING)).singleElement().satisfies(asked -> {
                assertThat(asked.key).isEqualTo(chain.get(1).id().hex());
                assertThat(asked.value.getRound()).isEqualTo(2);
                assertThat(asked.value.getAttempt()).isEqualTo(1);
            });
            for (int look = 0; look < MissingParents.RETRY_LOOKS; look++) {
                ledger.letTimePass(Duration.ofMillis(500));
            }
            assertThat(ledger.values(Topics.MISSING))
                    .extracting(MissingVertex::getAttempt)
                    .containsExactly(2);

            ledger.pipe(chain.get(1));
            for (int look = 0; look < 2 * MissingParents.RETRY_LOOKS; look++) {
                ledger.letTimePass(Duration.ofMillis(500));
            }
            assertThat(ledger.read(Topics.MISSING)).isEmpty();
            assertThat(ledger.read(Topics.COMMITS)).hasSize(1);
        }
    }

    @Test
    void longGarbageIsKeptInPart() {
        try (var ledger = new LedgerDriver(new Network(1).genesis, directory)) {
            ledger.pipe("key", new byte[200_000]);

            RejectedInput rejected = ledger.values(Topics.LEDGER_REJECTED).get(0);
            assertThat(rejected.getLength()).isEqualTo(200_000);
            assertThat(rejected.getBytes().remaining()).isEqualTo(VerifyVertices.KEPT_BYTES);
        }
    }

    @Test
    void garbageInTheVerifiedLogIsRejectedAndDoesNotStopTheLedger() {
        var network = new Network(1);
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipeVerified("key", "garbage".getBytes(UTF_8));
            ledger.pipeVerified("key", null);
            ledger.pipe(Vertices.chain(network, 4, round -> List.of()));

            assertThat(ledger.values(Topics.LEDGER_REJECTED))
                    .hasSize(2)
                    .allSatisfy(rejected ->
                            assertThat(rejected.getOrigin().getTopic()).isEqualTo(Topics.VERIFIED.name()));
            assertThat(ledger.read(Topics.COMMITS)).hasSize(2);
        }
    }

    @Test
    void oneValidatorCommitsEveryVertexTwoRoundsLater() {
        var network = new Network(1);
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            long index = 0;
            for (Vertex vertex : Vertices.chain(network, 50, round -> List.of())) {
                ledger.pipe(vertex);
                List<CommitRecord> commits = ledger.values(Topics.COMMITS);
                if (vertex.round() < 3) {
                    assertThat(commits).isEmpty();
                } else {
                    index++;
                    assertThat(commits).hasSize(1);
                    assertThat(commits.get(0).getIndex()).isEqualTo(index);
                    assertThat(commits.get(0).getLeaderRound()).isEqualTo(vertex.round() - 2);
                    assertThat(commits.get(0).getVertices()).hasSize(1);
                    assertThat(commits.get(0).getPosition())
                            .isEqualTo(new LogPosition(vertex.round(), vertex.round() - 2));
                }
            }
        }
    }

    @Test
    void everyTransactionHasItsResult() {
        var network = new Network(1);
        List<Transaction> sent = LongStream.range(0, 40)
                .mapToObj(number -> Vertices.creation(network, number))
                .toList();
        byte[] spoiled = sent.get(0).bytes().clone();
        spoiled[spoiled.length - 1] ^= 1;
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe(Vertices.chain(network, 12, round -> switch ((int) round) {
                case 11, 12 -> List.of();
                case 10 -> List.of(sent.get(0).bytes(), spoiled);
                default ->
                    sent.subList((int) (round - 1) * 4, (int) round * 4).stream()
                            .map(Transaction::bytes)
                            .toList();
            }));

            List<TransactionResult> results = ledger.values(Topics.RESULTS);
            assertThat(results).hasSize(38);
            assertThat(results.subList(0, 36)).allSatisfy(result -> {
                assertThat(result.getCode()).isEqualTo("OK");
                assertThat(result.getCreated()).hasSize(1);
            });
            assertThat(results.subList(0, 36).stream().map(result -> Hash.of(result.getTxId())))
                    .containsExactlyElementsOf(
                            sent.subList(0, 36).stream().map(Transaction::id).toList());
            assertThat(results.subList(36, 38))
                    .noneMatch(result -> result.getCode().equals("OK"));
            List<CommitRecord> commits = ledger.values(Topics.COMMITS);
            assertThat(commits.stream().mapToInt(CommitRecord::getTransactions).sum())
                    .isEqualTo(38);
            assertThat(commits.stream()
                            .mapToInt(CommitRecord::getFailedTransactions)
                            .sum())
                    .isEqualTo(2);
        }
    }

    @Test
    void changesFoldedOverGenesisGiveTheStateAndThePublishedRoots() {
        long seed = 21;
        var network = new Network(4);
        List<Vertex> vertices = network.generate(
                new Random(seed),
                60,
                number -> List.of(Vertices.creation(network, number).bytes()));
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            var fold = new LedgerDriver.Fold(network.genesis);
            int checkpoints = 0;
            for (Vertex vertex : vertices) {
                ledger.pipe(vertex);
                for (CommitChanges changes : ledger.values(Topics.CHANGES)) {
                    fold.apply(changes);
                    var checkpoint = changes.getEnd().getCheckpoint();
                    if (checkpoint != null) {
                        checkpoints++;
                        assertThat(Hash.of(checkpoint.getRoot())).isEqualTo(fold.state.root(checkpoint.getIndex()));
                        assertThat(checkpoint.getEntries()).isEqualTo(fold.state.entries());
                    }
                }
            }

            assertThat(checkpoints).as("seed %d", seed).isGreaterThan(8);
            assertThat(fold.entries()).isEqualTo(ledger.entries());
        }
    }

    @Test
    void repeatedVerticesChangeNothing() {
        long seed = 22;
        var network = new Network(4);
        List<Vertex> vertices = network.generate(
                new Random(seed),
                30,
                number -> List.of(Vertices.creation(network, number).bytes()));
        try (var ledger = new LedgerDriver(network.genesis, directory)) {
            ledger.pipe(vertices);
            var before = ledger.entries();
            assertThat(ledger.read(Topics.COMMITS)).isNotEmpty();
            ledger.read(Topics.CHANGES);
            ledger.read(Topics.EVENTS);

            ledger.pipe(vertices);

            assertThat(ledger.entries()).isEqualTo(before);
            assertThat(ledger.read(Topics.COMMITS)).isEmpty();
            assertThat(ledger.read(Topics.CHANGES)).isEmpty();
            assertThat(ledger.read(Topics.EVENTS)).isEmpty();
            assertThat(ledger.read(Topics.LEDGER_REJECTED)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void orderOfArrivalNeverChangesTheRecords(long seed) {
        var random = new Random(seed);
        var network = new Network(4);
        List<Vertex> vertices = network.generate(
                random, 40, number -> List.of(Vertices.creation(network, number).bytes()));
        Written expected = run(network, vertices, 0);
        assertThat(expected.commits()).as("seed %d", seed).hasSizeGreaterThan(15);

        for (int delivery = 1; delivery <= 3; delivery++) {
            Written other = run(network, Vertices.disorder(vertices, random, 32), delivery);

            assertThat(other).as("seed %d, delivery %d", seed, delivery).isEqualTo(expected);
        }
    }

    /** Without the offsets, which are of one log alone. */
    private record Written(List<CommitRecord> commits, List<CommitChanges> changes, List<TransactionResult> results) {}

    private Written run(Network network, List<Vertex> vertices, int delivery) {
        var nowhere = new LogPosition(0L, 0L);
        try (var ledger = new LedgerDriver(network.genesis, directory.resolve("delivery-" + delivery))) {
            ledger.pipe(vertices);
            List<CommitRecord> commits = new ArrayList<>();
            for (CommitRecord commit : ledger.values(Topics.COMMITS)) {
                commits.add(CommitRecord.newBuilder(commit).setPosition(nowhere).build());
            }
            List<CommitChanges> changes = new ArrayList<>();
            for (CommitChanges part : ledger.values(Topics.CHANGES)) {
                var end = part.getEnd();
                changes.add(new CommitChanges(
                        part.getCommitIndex(),
                        part.getPart(),
                        part.getEntries(),
                        new dev.meshlog.schemas.ledger.CommitEnd(
                                end.getCommitHash(), end.getLeaderRound(), end.getCheckpoint(), nowhere)));
            }
            return new Written(commits, changes, ledger.values(Topics.RESULTS));
        }
    }

    private static byte[] bytes(SignedVertex vertex) {
        return Topics.VERTICES.values().serializer().serialize(Topics.VERTICES.name(), vertex);
    }
}
