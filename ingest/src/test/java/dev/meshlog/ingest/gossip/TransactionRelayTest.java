package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.ingest.Following;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // what follows by itself is not touched
class TransactionRelayTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final AvroBinary<SignedTransaction> RECORD = new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final SigningKey CLIENT = SigningKey.ofSeed(new byte[32]);
    private static final long ROUND = 50;

    @TempDir
    private Path directory;

    private final List<Hash> taken = new CopyOnWriteArrayList<>();
    private volatile boolean producesItself;
    private TestBroker kafka;

    @BeforeEach
    void start() throws Exception {
        kafka = TestBroker.startWithTopics(directory.resolve("kafka"));
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void eachTransactionGoesToAValidatorAndAfterARestartNoneAgain() {
        List<Transaction> before = List.of(left(100, 1), left(ROUND, 2), left(100, 3));
        try (Following relay = relay(this::take)) {
            await().atMost(PATIENCE).until(() -> taken.size() == before.size());
            awaitAllDone();
        }
        assertThat(taken).containsExactlyElementsOf(ids(before));

        taken.clear();
        Transaction after = left(100, 4);
        try (Following relay = relay(this::take)) {
            await().atMost(PATIENCE).until(() -> !taken.isEmpty());
            awaitAllDone();
        }
        assertThat(taken).containsExactly(after.id());
    }

    @Test
    void whatNoValidatorTakesIsGivenAgain() {
        Transaction first = left(100, 1);
        Transaction second = left(100, 2);
        var refusals = new AtomicInteger(3);
        try (Following relay = relay(transaction -> refusals.getAndDecrement() <= 0 && take(transaction))) {
            await().atMost(PATIENCE).until(() -> taken.size() == 2);
        }
        assertThat(taken).containsExactly(first.id(), second.id());
    }

    @Test
    void whatTheNodePutsIntoItsOwnVerticesIsNotGivenAway() {
        producesItself = true;
        left(100, 1);
        try (Following relay = relay(this::take)) {
            awaitAllDone();
            producesItself = false;
            Transaction later = left(100, 2);
            await().atMost(PATIENCE).until(() -> !taken.isEmpty());
            assertThat(taken).containsExactly(later.id());
        }
    }

    @Test
    void whatCanNotRunAnyMoreOrNeverIsPassedOver() {
        left(ROUND - 1, 1);
        kafka.write(Topics.TRANSACTIONS, "x", new byte[] {1, 2, 3});
        leave(Transaction.sign(Hash.ZERO, call(100, 2), CLIENT).bytes(), 1);
        Transaction good = left(100, 3);
        try (Following relay = relay(this::take)) {
            await().atMost(PATIENCE).until(() -> !taken.isEmpty());
        }
        assertThat(taken).containsExactly(good.id());
    }

    private boolean take(Transaction transaction) {
        return taken.add(transaction.id());
    }

    private Following relay(Predicate<Transaction> taking) {
        var way = new TransactionRelay.Way() {
            @Override
            public boolean isNeeded() {
                return !producesItself;
            }

            @Override
            public boolean submit(Transaction transaction) {
                return taking.test(transaction);
            }

            @Override
            public long round() {
                return ROUND;
            }
        };
        return TransactionRelay.follow(kafka.cluster(), Hash.ZERO, Ed25519.fastest(), way, new Random(1));
    }

    /** The group's offsets are at the ends. */
    private void awaitAllDone() {
        try (var admin = kafka.cluster().admin()) {
            await().atMost(PATIENCE)
                    .until(() -> admin
                                    .listConsumerGroupOffsets(TransactionRelay.GROUP)
                                    .partitionsToOffsetAndMetadata()
                                    .get()
                                    .values()
                                    .stream()
                                    .mapToLong(offset -> offset.offset())
                                    .sum()
                            == kafka.undecoded(Topics.TRANSACTIONS).size());
        }
    }

    private Transaction left(long validUntil, int content) {
        Transaction transaction = Transaction.sign(Hash.ZERO, call(validUntil, content), CLIENT);
        leave(transaction.bytes(), 0);
        return transaction;
    }

    /** @param flipped of the signature's last byte */
    private void leave(byte[] bytes, int flipped) {
        bytes[bytes.length - 1] ^= (byte) flipped;
        kafka.write(
                Topics.TRANSACTIONS,
                CLIENT.publicKey().hex(),
                Cluster.encode(Topics.TRANSACTIONS, RECORD.decode(bytes)));
    }

    private static Call call(long validUntil, int content) {
        return new Call(
                CLIENT.publicKey(),
                List.of(),
                List.of(),
                1,
                "system",
                "create_object",
                new byte[] {(byte) content},
                validUntil);
    }

    private static List<Hash> ids(List<Transaction> transactions) {
        return transactions.stream().map(Transaction::id).toList();
    }
}
