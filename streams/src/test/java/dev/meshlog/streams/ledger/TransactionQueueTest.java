package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.ledger.RejectedInput;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TransactionQueueTest {
    private static final TopicPartition P0 = new TopicPartition("ledger.transactions", 0);
    private static final TopicPartition P1 = new TopicPartition("ledger.transactions", 1);

    private final Network network = new Network(1);
    private final TransactionQueue queue = queue(Map.of(), Map.of());

    @Test
    void batchIsWhatWaitsInTheOrderItCame() {
        read(queue, 1, P0, 10);
        read(queue, 2, P1, 3);
        read(queue, 3, P0, 12);

        assertThat(queue.take().ids()).containsExactly(id(1), id(2), id(3));
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.take().transactions()).isEmpty();
    }

    @Test
    void offsetsDoNotPassATransactionBeforeItsVertexIsCommitted() {
        read(queue, 1, P0, 10);
        read(queue, 2, P0, 11);
        assertThat(queue.writing(vertex(1), queue.take())).isEqualTo(Map.of(P0, at(10)));
        read(queue, 3, P0, 12);
        assertThat(queue.writing(vertex(2), queue.take())).as("nothing new").isEmpty();

        queue.committed(vertex(1));

        assertThat(queue.isInFlight()).isTrue();
        assertThat(queue.writing(vertex(3), queue.take())).isEqualTo(Map.of(P0, at(12)));
        queue.committed(vertex(2));
        queue.committed(vertex(3));
        assertThat(queue.isInFlight()).isFalse();
        assertThat(queue.writing(vertex(4), queue.take())).isEqualTo(Map.of(P0, at(13)));
    }

    @Test
    void transactionsOfAnOrphanedVertexComeFirstIntoTheNextOne() {
        read(queue, 1, P0, 0);
        read(queue, 2, P0, 1);
        queue.writing(vertex(1), queue.take());
        read(queue, 3, P0, 2);

        queue.orphaned(vertex(1));

        TransactionQueue.Batch again = queue.take();
        assertThat(again.ids()).containsExactly(id(1), id(2), id(3));
        assertThat(queue.writing(vertex(70), again)).isEmpty();
        queue.committed(vertex(70));
        assertThat(queue.writing(vertex(71), queue.take())).isEqualTo(Map.of(P0, at(3)));
    }

    @Test
    void transactionThatIsSentTwiceWhileItIsOnItsWayGoesOnce() {
        read(queue, 1, P0, 0);
        queue.writing(vertex(1), queue.take());
        read(queue, 1, P1, 7);
        assertThat(queue.isEmpty()).isTrue();

        queue.committed(vertex(1));

        assertThat(queue.writing(vertex(2), queue.take())).isEqualTo(Map.of(P0, at(1), P1, at(8)));
    }

    @Test
    void afterARestartWhatOurVerticesCarryIsNotSentAgain() {
        Vertex committed =
                Vertices.chain(network, 1, round -> List.of(bytes(1))).get(0);
        Vertex pending = Vertices.chain(network, 2, round -> List.of(bytes(2))).get(1);
        TransactionQueue restarted = queue(Map.of(P0, at(10)), Map.of(P0, 13L));
        restarted.found(committed);
        restarted.found(pending);
        restarted.committed(committed.ref());

        read(restarted, 1, P0, 10);
        read(restarted, 2, P0, 11);
        read(restarted, 3, P0, 12);

        TransactionQueue.Batch batch = restarted.take();
        assertThat(batch.ids()).containsExactly(id(3));
        assertThat(restarted.writing(vertex(9), batch)).isEqualTo(Map.of(P0, at(11)));
        restarted.orphaned(pending.ref());
        assertThat(restarted.take().ids()).containsExactly(id(2));
    }

    @Test
    void transactionThatIsSentAgainLaterRunsIntoItsResult() {
        Vertex committed =
                Vertices.chain(network, 1, round -> List.of(bytes(1))).get(0);
        TransactionQueue restarted = queue(Map.of(), Map.of(P0, 1L));
        restarted.found(committed);
        restarted.committed(committed.ref());

        read(restarted, 1, P0, 0);
        read(restarted, 1, P0, 1);

        assertThat(restarted.take().ids()).containsExactly(id(1));
    }

    @Test
    void batchStopsBelowTheLimits() {
        for (int i = 0; i < 20; i++) {
            queue.read(id(i), new byte[64 << 10], P0, i);
        }
        assertThat(queue.take().transactions()).hasSize(6);
        assertThat(queue.size()).isEqualTo(14);

        for (int i = 100; i < 2_600; i++) {
            queue.read(id(i), new byte[1], P1, i);
        }
        queue.take();
        queue.take();
        queue.take();
        assertThat(queue.take().transactions()).hasSize(1_000);
    }

    @Test
    void rejectionTravelsOnceAcrossRestarts() {
        read(queue, 1, P0, 0);
        queue.refuse(rejection(1));
        TransactionQueue.Batch batch = queue.take();
        assertThat(batch.rejections()).hasSize(1);

        Map<TopicPartition, OffsetAndMetadata> written = queue.writing(vertex(1), batch);

        assertThat(written).isEqualTo(Map.of(P0, new OffsetAndMetadata(0, "1")));
        TransactionQueue restarted = queue(written, Map.of(P0, 3L));
        read(restarted, 1, P0, 0);
        restarted.refuse(rejection(1));
        restarted.refuse(rejection(2));
        assertThat(restarted.take().rejections())
                .extracting(TransactionQueue.Rejection::offset)
                .containsExactly(2L);
    }

    private TransactionQueue queue(Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, Long> ends) {
        return new TransactionQueue(network.genesis.networkId(), committed, ends);
    }

    private void read(TransactionQueue into, int number, TopicPartition partition, long offset) {
        into.read(id(number), bytes(number), partition, offset);
    }

    private Hash id(int number) {
        return creation(number).id();
    }

    private byte[] bytes(int number) {
        return creation(number).bytes();
    }

    private Transaction creation(int number) {
        return Vertices.creation(network, number);
    }

    private VertexRef vertex(long round) {
        return new VertexRef(round, network.keys.get(0).publicKey(), Domain.BODY.hash(Domain.u64(round)));
    }

    private static OffsetAndMetadata at(long offset) {
        return new OffsetAndMetadata(offset, "");
    }

    private static TransactionQueue.Rejection rejection(long offset) {
        var input = RejectedInput.newBuilder()
                .setReason("BAD_TRANSACTION")
                .setDetail("")
                .setLength(0)
                .setBytes(ByteBuffer.allocate(0))
                .build();
        return new TransactionQueue.Rejection("key", input, P0, offset);
    }
}
