package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.schemas.ledger.ReaderLease;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotLeaseTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Bytes32 MANIFEST = new Bytes32(new byte[32]);

    @Test
    void leaseIsRenewedUntilItIsClosed(@TempDir Path directory) throws Exception {
        try (TestBroker broker = TestBroker.start(directory)) {
            broker.recreate(Topics.READERS);
            var clock = Clock.fixed(NOW, ZoneOffset.UTC);
            var lease = SnapshotLease.take(broker.cluster(), "reader-1", MANIFEST, clock, Duration.ofMillis(10));
            assertThat(broker.table(Topics.READERS))
                    .containsEntry("reader-1", new ReaderLease(MANIFEST, NOW.plus(SnapshotLease.LENGTH)));
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(broker.records(Topics.READERS)).hasSizeGreaterThan(2));
            lease.close();

            List<ConsumerRecord<String, ReaderLease>> records = broker.records(Topics.READERS);
            assertThat(records.get(records.size() - 1).value()).isNull();
        }
    }
}
