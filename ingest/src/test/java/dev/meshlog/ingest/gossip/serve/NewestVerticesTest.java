package dev.meshlog.ingest.gossip.serve;

import static dev.meshlog.ingest.gossip.serve.Vertices.NETWORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.gossip.quic.Answer;
import dev.meshlog.ingest.gossip.quic.PeerInfo;
import dev.meshlog.ingest.gossip.quic.PeerRefusal;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.gossip.NewestVertexQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.testing.TestBroker;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewestVerticesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long ROUNDS = 2_000;
    private static final Hash OLD = Vertices.key(0).publicKey();
    private static final Hash LATE = Vertices.key(1).publicKey();
    private static final Hash NEW = Vertices.key(2).publicKey();

    @TempDir
    private Path directory;

    private final KnownValidators validators = KnownValidators.constant(new Validators(
            List.of(new Validator(OLD, 1, "", 0), new Validator(LATE, 1, "", 0), new Validator(NEW, 1, "", 0))));

    @Test
    void validatorIsToldItsVertexOfTheHighestRoundAndNobodyElseIs() throws Exception {
        Vertex newest = Vertices.vertex(1, ROUNDS + 1, 10, 0);
        List<Vertex> log = new ArrayList<>(Vertices.rounds(1, 1, ROUNDS, 10));
        log.add(10, Vertices.vertex(1, 9, 10, 0));
        log.add(20, newest);
        // Fetched late, as a missing parent.
        log.add(Vertices.vertex(1, ROUNDS, 10, 0));
        try (var kafka = TestBroker.startWithTopics(directory.resolve("broker"))) {
            Vertices.log(kafka.cluster(), log);
            NewestVertices vertices;
            try (VertexIndex index =
                    VertexIndex.open(kafka.cluster(), NETWORK, directory.resolve("index"), new Random(1))) {
                vertices = new NewestVertices(index);

                Told first = onceReady(vertices, LATE);
                assertThat(first.sent)
                        .as("not before the index has all of the log")
                        .containsExactly(newest.record());
                assertThat(onceReady(vertices, OLD).sent)
                        .containsExactly(Vertices.vertex(0, ROUNDS, 10, 0).record());
                Told none = onceReady(vertices, NEW);
                assertThat(none.refusal).isNull();
                assertThat(none.sent).isEmpty();

                Vertex next = Vertices.vertex(2, ROUNDS + 2, 10, 0);
                Vertices.log(kafka.cluster(), List.of(next));
                assertThat(onceReady(vertices, NEW).sent)
                        .as("what is in the log by now counts")
                        .containsExactly(next.record());

                for (@Nullable Hash from : new Hash[] {OLD, null}) {
                    Told refused = answer(vertices, from, LATE);
                    assertThat(refused.sent).isEmpty();
                    assertThat(refused.reason()).isEqualTo(RefusalReason.NOT_FOUND);
                }
                assertThat(answer(vertices, Hash.ZERO, Hash.ZERO).reason())
                        .as("no validator")
                        .isEqualTo(RefusalReason.NOT_FOUND);
            }
            assertThat(answer(vertices, LATE, LATE).reason()).isEqualTo(RefusalReason.NOT_READY);
        }
    }

    /** The answer, or the refusal for another reason. */
    private Told onceReady(NewestVertices vertices, Hash producer) {
        return await().atMost(PATIENCE)
                .until(() -> answer(vertices, producer, producer), told -> told.reason() != RefusalReason.NOT_READY);
    }

    private Told answer(NewestVertices vertices, @Nullable Hash from, Hash about) throws Exception {
        var told = new Told();
        vertices.answer(
                new NewestVertexQuery(about.fixed()),
                new PeerInfo(from, from == null, new InetSocketAddress("192.0.2.1", 4444), null, false),
                validators,
                told);
        return told;
    }

    private static final class Told implements Answer {
        private final List<SpecificRecordBase> sent = new ArrayList<>();
        private @Nullable PeerRefusal refusal;

        @Override
        public void send(SpecificRecordBase message) {
            sent.add(message);
        }

        @Override
        public void refuse(PeerRefusal why) {
            refusal = why;
        }

        @Nullable RefusalReason reason() {
            return refusal == null ? null : refusal.reason();
        }
    }
}
