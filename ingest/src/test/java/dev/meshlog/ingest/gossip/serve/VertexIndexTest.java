package dev.meshlog.ingest.gossip.serve;

import static dev.meshlog.ingest.gossip.serve.Vertices.NETWORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.testing.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real log. */
class VertexIndexTest {
    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    private static Path brokerDirectory;

    private static TestBroker broker;

    @TempDir
    private Path directory;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.startWithTopics(brokerDirectory);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void emptyLog() {
        broker.recreate(Topics.VERIFIED);
    }

    @Test
    void verticesAreFoundByIdAndByRoundWhateverTheirOrderInTheLog() throws Exception {
        List<Vertex> vertices = new ArrayList<>(Vertices.rounds(4, 1, 60, 30_000));
        vertices.add(Vertices.vertex(2, 30, 100, 1));
        vertices.sort(Vertices.BY_ROUND);
        try (VertexIndex index = open()) {
            List<Vertex> first = vertices.subList(0, 150);
            Vertices.log(broker.cluster(), displaced(first));
            waiting().until(() -> index.newestRound() == last(first).round());
            assertThat(rounds(index, 1, 60, ALL)).isEqualTo(Vertices.records(first));

            broker.stop();
            broker.restart();
            List<Vertex> more = new ArrayList<>(vertices.subList(150, vertices.size()));
            // Some that were there before.
            more.addAll(vertices.subList(140, 150));
            Vertices.log(broker.cluster(), displaced(more));
            waiting().until(() -> rounds(index, 1, 60, ALL).size() == vertices.size());
        }

        try (VertexIndex index = open()) {
            waiting().until(index::isReady);
            assertThat(index.newestRound()).as("without reading anything again").isEqualTo(60);
            assertThat(index.oldestRound()).isEqualTo(1);
            assertThat(rounds(index, 1, 60, ALL)).isEqualTo(Vertices.records(vertices));
            assertThat(rounds(index, 29, 30, ALL))
                    .isEqualTo(Vertices.records(between(vertices, 29, 30)))
                    .hasSize(9);
            assertThat(rounds(index, 29, 60, 200_000))
                    .as("one round and a half")
                    .hasSize(4);
            assertThat(rounds(index, 30, 60, 1)).as("one round at least").hasSize(5);
            assertThat(rounds(index, 61, 260, ALL)).isEmpty();

            assertThat(index.byId(vertices.get(77).id()))
                    .contains(vertices.get(77).record());
            assertThat(index.byId(Hash.ZERO)).isEmpty();
            List<SignedVertex> some = new ArrayList<>();
            index.byIds(Stream.of(200, 3, 3, 120).map(i -> vertices.get(i).id()).toList(), some::add);
            assertThat(some)
                    .containsExactlyInAnyOrderElementsOf(
                            Vertices.records(List.of(vertices.get(3), vertices.get(120), vertices.get(200))));
        }
    }

    @Test
    void whatTheLogHasNoLongerIsForgotten() throws Exception {
        List<Vertex> vertices = Vertices.rounds(4, 1, 50, 100);
        Vertices.log(broker.cluster(), vertices);
        Vertex gone = vertices.get(78);
        Vertex kept = vertices.get(80);
        long begin = offset(kept);
        try (VertexIndex index = open()) {
            waiting().until(() -> index.newestRound() == 50);
            broker.deleteBefore(Topics.VERIFIED, 0, begin);

            assertThat(index.byId(gone.id()))
                    .as("whether or not it was noticed")
                    .isEmpty();
            waiting().until(() -> index.oldestRound() == 21);
            assertThat(rounds(index, 1, 50, ALL)).isEqualTo(Vertices.records(vertices.subList(80, 200)));
            assertThat(index.byId(kept.id())).contains(kept.record());
        }
        broker.deleteBefore(Topics.VERIFIED, 0, offset(vertices.get(120)));
        try (VertexIndex index = open()) {
            waiting().until(() -> index.oldestRound() == 31);
            assertThat(rounds(index, 1, 50, ALL)).isEqualTo(Vertices.records(vertices.subList(120, 200)));
        }
        delete();
        try (VertexIndex index = open()) {
            waiting().until(() -> index.newestRound() == 50);
            assertThat(index.oldestRound())
                    .as("of the first vertex, whose round may lack others")
                    .isEqualTo(32);
        }
    }

    @Test
    void damagedIndexIsBuiltAgain() throws Exception {
        List<Vertex> vertices = Vertices.rounds(3, 1, 40, 100);
        Vertices.log(broker.cluster(), vertices);
        for (String kind : List.of("CURRENT", "MANIFEST", ".sst", ".log")) {
            for (Path file : files(kind)) {
                byte[] bytes = Files.readAllBytes(file);
                for (int i = 0; i < bytes.length / 2; i++) {
                    bytes[i] ^= (byte) (1 + random.nextInt(255));
                }
                Files.write(file, bytes);
            }
            assertWhole(vertices, "half of " + kind + " is noise, seed " + seed);
            for (Path file : files(kind)) {
                Files.delete(file);
            }
            assertWhole(vertices, kind + " is lost");
        }
        delete();
        assertWhole(vertices, "all is lost");
    }

    @Test
    void indexOfAnotherLogIsThrownAway() throws Exception {
        List<Vertex> old = Vertices.rounds(3, 1, 40, 100);
        Vertices.log(broker.cluster(), old);
        fill();

        broker.recreate(Topics.VERIFIED);
        List<Vertex> vertices = Vertices.rounds(2, 1, 90, 150);
        Vertices.log(broker.cluster(), vertices);

        assertWhole(vertices, "another topic of the same name");
        try (VertexIndex index = open()) {
            waiting().until(index::isReady);
            assertThat(index.byId(last(old).id())).isEmpty();
        }
    }

    private void fill() throws IOException {
        try (VertexIndex index = open()) {
            waiting().until(() -> index.newestRound() == 40);
        }
    }

    private void assertWhole(List<Vertex> vertices, String after) {
        try (VertexIndex index = open()) {
            waiting()
                    .alias(after)
                    .until(() -> index.isReady()
                            && rounds(index, 1, 100, ALL).equals(Vertices.records(vertices))
                            && index.byId(vertices.get(50).id()).isPresent());
        }
    }

    private VertexIndex open() {
        return new VertexIndex(broker.cluster(), NETWORK, directory, random, Duration.ofMillis(200));
    }

    private static ConditionFactory waiting() {
        return await().atMost(Duration.ofMinutes(2)).ignoreExceptions();
    }

    private static List<SignedVertex> rounds(VertexIndex index, long first, long last, long maxBytes) throws Exception {
        List<SignedVertex> vertices = new ArrayList<>();
        assertThat(index.byRounds(first, last, maxBytes, vertices::add)).isTrue();
        return vertices;
    }

    /** Slow producers and fast ones: each vertex is up to ten places from where it would stand. */
    private List<Vertex> displaced(List<Vertex> vertices) {
        var all = new ArrayList<>(vertices);
        for (int from = 0; from < all.size(); from += 7) {
            Collections.shuffle(all.subList(from, Math.min(all.size(), from + 10)), random);
        }
        return all;
    }

    private static List<Vertex> between(List<Vertex> vertices, long first, long last) {
        return vertices.stream()
                .filter(each -> first <= each.round() && each.round() <= last)
                .toList();
    }

    private static Vertex last(List<Vertex> vertices) {
        return vertices.get(vertices.size() - 1);
    }

    private static long offset(Vertex vertex) {
        return broker.records(Topics.VERIFIED).stream()
                .filter(rec -> rec.value().equals(vertex.record()))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    /** Of an index that is filled: opening it moves what is in its write-ahead log into a table. */
    private List<Path> files(String kind) throws IOException {
        fill();
        fill();
        try (Stream<Path> all = Files.list(directory)) {
            List<Path> files = all.filter(each -> each.getFileName().toString().contains(kind))
                    .toList();
            assertThat(files).as(kind).isNotEmpty();
            return files;
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
