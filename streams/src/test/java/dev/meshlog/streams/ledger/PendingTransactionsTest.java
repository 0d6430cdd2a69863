package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.ledger.RejectedInput;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PendingTransactionsTest {
    private static final TopicPartition P0 = new TopicPartition("ledger.transactions", 0);
    private static final TopicPartition P1 = new TopicPartition("ledger.transactions", 1);

    private final PendingTransactions pending = new PendingTransactions();

    @Test
    void batchIsWhatWaitsInTheOrderItCame() {
        pending.add(new byte[] {1}, P0, 10);
        pending.add(new byte[] {2}, P1, 3);
        pending.add(new byte[] {3}, P0, 12);

        PendingTransactions.Batch batch = pending.take();

        assertThat(batch.transactions()).containsExactly(new byte[] {1}, new byte[] {2}, new byte[] {3});
        assertThat(batch.offsets()).isEqualTo(Map.of(P0, new OffsetAndMetadata(13), P1, new OffsetAndMetadata(4)));
        assertThat(pending.isEmpty()).isTrue();
        assertThat(pending.take().offsets()).isEmpty();
    }

    @Test
    void offsetsNeverPassATransactionThatIsNotInTheBatch() {
        for (int i = 0; i < 2_500; i++) {
            pending.add(new byte[] {(byte) i}, i % 2 == 0 ? P0 : P1, i / 2);
        }

        for (int taken = 1_000; taken <= 2_000; taken += 1_000) {
            PendingTransactions.Batch batch = pending.take();
            assertThat(batch.transactions()).hasSize(1_000);
            assertThat(batch.offsets())
                    .isEqualTo(Map.of(P0, new OffsetAndMetadata(taken / 2), P1, new OffsetAndMetadata(taken / 2)));
        }
        assertThat(pending.take().transactions()).hasSize(500);
    }

    @Test
    void batchStopsBelowTheLimitOfBytes() {
        for (int i = 0; i < 20; i++) {
            pending.add(new byte[64 << 10], P0, i);
        }

        PendingTransactions.Batch batch = pending.take();

        assertThat(batch.transactions()).hasSize(6);
        assertThat(batch.offsets()).isEqualTo(Map.of(P0, new OffsetAndMetadata(6)));
        assertThat(pending.size()).isEqualTo(14);
    }

    @Test
    void rejectedOneInBetweenTravelsWithItsNeighbours() {
        pending.add(new byte[] {1}, P0, 0);
        pending.reject(rejection(), P0, 1);
        pending.add(new byte[] {2}, P0, 2);

        PendingTransactions.Batch batch = pending.take();

        assertThat(batch.transactions()).hasSize(2);
        assertThat(batch.rejections()).hasSize(1);
        assertThat(batch.offsets()).isEqualTo(Map.of(P0, new OffsetAndMetadata(3)));
    }

    @Test
    void rejectedOneBehindAFullBatchWaits() {
        for (int i = 0; i < 7; i++) {
            pending.add(new byte[64 << 10], P0, i);
        }
        pending.reject(rejection(), P1, 0);

        assertThat(pending.take().rejections()).isEmpty();
        assertThat(pending.take().rejections()).hasSize(1);
    }

    @Test
    void rejectedOnesAloneAreABatch() {
        pending.reject(rejection(), P0, 41);

        assertThat(pending.isEmpty()).isFalse();
        assertThat(pending.take().offsets()).isEqualTo(Map.of(P0, new OffsetAndMetadata(42)));
    }

    private static PendingTransactions.Rejection rejection() {
        return new PendingTransactions.Rejection(
                "key",
                RejectedInput.newBuilder()
                        .setReason("BAD_TRANSACTION")
                        .setDetail("")
                        .setLength(0)
                        .setBytes(ByteBuffer.allocate(0))
                        .build());
    }
}
