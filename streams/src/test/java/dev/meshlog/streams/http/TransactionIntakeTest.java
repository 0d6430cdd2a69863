package dev.meshlog.streams.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class TransactionIntakeTest {
    private final Network network = new Network(1);
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
    private final TransactionIntake intake = new TransactionIntake(network.genesis, producer, 2);
    private final List<Reply> replies = new ArrayList<>();

    @Test
    void transactionIsAcceptedWhenTheClusterHasIt() {
        Transaction transaction = Transactions.creation(network, 1, 100);
        intake.write(transaction, replies::add);
        assertThat(replies).isEmpty();
        assertThat(intake.inFlight()).isOne();

        producer.completeNext();

        assertThat(replies).singleElement().satisfies(reply -> {
            assertThat(reply.status()).isEqualTo(202);
            assertThat(reply.headers()).containsEntry("Location", "/transactions/" + transaction.id());
        });
        assertThat(producer.history()).singleElement().satisfies(rec -> {
            assertThat(rec.key()).isEqualTo(network.keys.get(0).publicKey().hex());
            var written = Topics.TRANSACTIONS.values().deserializer().deserialize(rec.topic(), rec.value());
            assertThat(transaction.bytes()).contains(Buffers.array(written.getBody()));
        });
    }

    @Test
    void moreThanTheLimitAreToldToComeBack() {
        intake.write(Transactions.creation(network, 1, 100), replies::add);
        intake.write(Transactions.creation(network, 2, 100), replies::add);
        Transaction third = Transactions.creation(network, 3, 100);

        assertThatThrownBy(() -> intake.write(third, replies::add)).isInstanceOfSatisfying(Refusal.class, refusal -> {
            assertThat(refusal.reply().status()).isEqualTo(429);
            assertThat(refusal.reply().headers()).containsEntry("Retry-After", "1");
        });

        producer.completeNext();
        intake.write(third, replies::add);
        assertThat(producer.history()).hasSize(3);
    }

    @Test
    void clusterThatDoesNotAcknowledgeIsReportedAndFreesThePlace() {
        intake.write(Transactions.creation(network, 1, 100), replies::add);
        producer.errorNext(new TimeoutException("nobody there"));

        assertThat(replies).singleElement().satisfies(reply -> {
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.headers()).containsKey("Retry-After");
        });
        assertThat(intake.inFlight()).isZero();
    }
}
