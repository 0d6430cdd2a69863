package dev.meshlog.ingest.gossip.serve;

import static dev.meshlog.ingest.gossip.serve.Vertices.NETWORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real cluster. */
class SnapshotShelfTest {
    @TempDir
    private static Path brokerDirectory;

    private static TestBroker broker;

    private final HandClock clock = new HandClock();

    /** Stands still until it is moved. */
    private static final class HandClock extends Clock {
        private volatile Instant now = Instant.ofEpochSecond(1_790_000_000);

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.startWithTopics(brokerDirectory);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void wholeCertifiedSnapshotsAreOfferedAndStayWhileTheyAreDownloaded() throws Exception {
        List<Snapshots> all = List.of(
                Snapshots.of(1, true),
                Snapshots.of(2, true),
                Snapshots.of(3, false),
                Snapshots.of(4, true),
                Snapshots.of(5, true));
        all.forEach(each -> each.write(broker));
        Snapshots incomplete = Snapshots.of(6, true);
        incomplete.write(broker);
        broker.write(Topics.CHUNKS, Hash.of(incomplete.digests().getId()).hex(), null);
        Snapshots.ofPeers(7).write(broker);
        broker.write(Topics.MANIFESTS, "no hash", new byte[] {1});
        broker.write(Topics.MANIFESTS, Hash.ZERO.hex(), new byte[] {1});

        try (SnapshotShelf shelf = SnapshotShelf.open(broker.cluster(), NETWORK, clock, new Random(1))) {
            waiting().until(() -> shelf.newestCheckpoint().equals(OptionalLong.of(5)));
            assertThat(shelf.newest(2)).containsExactly(published(all, 5), published(all, 4));
            assertThat(held()).containsExactlyInAnyOrder(hash(all, 5), hash(all, 4));
            assertThat(shelf.newest(100))
                    .containsExactly(published(all, 5), published(all, 4), published(all, 2), published(all, 1));
            assertThat(held()).as("the newest").hasSize(3).doesNotContain(hash(all, 1));
            assertThat(shelf.chunk(Hash.of(all.get(0).digests().getId()))).isPresent();
            assertThat(held()).as("that one too, since somebody fetches it").hasSize(4);

            assertThat(shelf.chunk(Hash.of(all.get(4).entries().getId())))
                    .contains(all.get(4).entries());
            assertThat(shelf.chunk(Hash.ZERO)).isEmpty();

            clock.advance(Duration.ofSeconds(50));
            assertThat(shelf.chunk(Hash.of(all.get(3).digests().getId()))).isPresent();
            clock.advance(Duration.ofSeconds(50));
            waiting().until(() -> held().equals(Set.of(hash(all, 4))));
            clock.advance(Duration.ofSeconds(50));
            waiting().until(() -> held().isEmpty());

            Snapshots.write(broker, incomplete.digests());
            waiting().until(() -> shelf.newestCheckpoint().equals(OptionalLong.of(6)));
            all.get(4).remove(broker);
            incomplete.remove(broker);
            assertThat(shelf.newest(2))
                    .as("what went while the lease was taken is not told of")
                    .doesNotContain(incomplete.published(), published(all, 5));
            waiting().until(() -> shelf.newest(2).equals(List.of(published(all, 4), published(all, 2))));
            assertThat(shelf.chunk(Hash.of(incomplete.entries().getId()))).isEmpty();
        }
        assertThat(held()).as("after the end").isEmpty();
    }

    private static ConditionFactory waiting() {
        return await().atMost(Duration.ofMinutes(2)).ignoreExceptions();
    }

    private static PublishedSnapshot published(List<Snapshots> all, int checkpoint) {
        return all.get(checkpoint - 1).published();
    }

    private static Hash hash(List<Snapshots> all, int checkpoint) {
        return all.get(checkpoint - 1).hash();
    }

    private static Set<Hash> held() {
        return broker.table(Topics.READERS).values().stream()
                .map(lease -> Hash.of(lease.getManifest()))
                .collect(Collectors.toSet());
    }
}
