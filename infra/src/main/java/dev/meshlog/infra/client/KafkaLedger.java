package dev.meshlog.infra.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.TransactionResult;
import dev.meshlog.streams.http.CommitLog;
import dev.meshlog.streams.http.LedgerJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** The ledger through its topics alone: versions can't be asked for and have to be said. */
public final class KafkaLedger implements LedgerAccess {
    private static final AvroBinary<SignedTransaction> RECORD = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final Duration POLL = Duration.ofMillis(100);

    private final Cluster cluster;
    private final CommitLog commits;
    private final Producer<String, byte[]> producer;
    private final Consumer<String, TransactionResult> results;

    public KafkaLedger(Cluster cluster) {
        this.cluster = cluster;
        this.commits = new CommitLog(cluster);
        this.producer = cluster.producer();
        this.results = cluster.consumerToEnd(Topics.RESULTS);
    }

    @Override
    public long round() {
        return commits.newest().map(CommitRecord::getLeaderRound).orElse(0L);
    }

    @Override
    public ObjectRef reference(String text) {
        return ObjectText.withVersion(text)
                .orElseThrow(() -> new UserError(
                        "which version of object " + text + "?",
                        "Kafka's topics do not tell: write ID@VERSION, or ask a running Meshlog with --url"));
    }

    @Override
    public List<Coin> coins(Hash owner) {
        throw unknown("the coins of " + owner.brief());
    }

    @Override
    public long stake(Hash validator) {
        throw unknown("the stake of " + validator.brief());
    }

    private static UserError unknown(String what) {
        return new UserError(
                "Kafka's topics do not tell " + what,
                "name a running Meshlog with --url, or the coin with --coin ID@VERSION");
    }

    @Override
    public void submit(Transaction transaction) {
        var partition = new TopicPartition(Topics.RESULTS.name(), 0);
        results.assign(List.of(partition));
        results.seekToEnd(List.of(partition));
        // Its result can't be before this.
        results.position(partition);
        try {
            producer.send(new ProducerRecord<>(
                            Topics.TRANSACTIONS.name(),
                            transaction.call().sender().hex(),
                            Cluster.encode(Topics.TRANSACTIONS, RECORD.decode(transaction.bytes()))))
                    .get();
        } catch (ExecutionException e) {
            throw new UserError(
                    "the cluster did not take the transaction: " + e.getCause(),
                    "send it again; the same bytes run at most once",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending", e);
        }
    }

    @Override
    public Optional<JsonNode> result(Transaction transaction) {
        for (ConsumerRecord<String, TransactionResult> rec : results.poll(POLL)) {
            // A forged copy has the same id and a result of its own.
            if (Hash.of(rec.value().getTxId()).equals(transaction.id())
                    && !rec.value().getCode().equals(ResultCode.BAD_SIGNATURE.name())) {
                return Optional.of(LedgerJson.result(rec.value()));
            }
        }
        return Optional.empty();
    }

    @Override
    public String where() {
        return "Kafka at " + cluster.bootstrapServers();
    }

    @Override
    public void close() {
        producer.close();
        results.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        commits.close();
    }
}
