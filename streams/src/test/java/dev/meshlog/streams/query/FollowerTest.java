package dev.meshlog.streams.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @Test
    void whatCannotBeReadIsTriedAgainAndADefectEndsNothing() throws Exception {
        var read = new CountDownLatch(5);
        var failures = List.<Supplier<RuntimeException>>of(
                () -> new KafkaException("no broker"),
                () -> new IllegalStateException("a defect"),
                () -> new KafkaException("no broker again"));
        try (var follower =
                new Follower("a test", "test-follower", () -> reading(failures, read), Duration.ofMillis(1))) {
            follower.start();
            assertThat(read.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(opened).hasValue(failures.size() + 1);
        assertThat(closed).hasValue(failures.size() + 1);
    }

    @Test
    void closingDoesNotWaitForThePause() {
        var failed = new CountDownLatch(1);
        var follower = new Follower(
                "a test",
                "test-follower-at-rest",
                () -> {
                    failed.countDown();
                    throw new KafkaException("no broker");
                },
                Duration.ofDays(1));
        follower.start();
        await().atMost(PATIENCE).until(() -> failed.getCount() == 0);
        follower.close();
        await().atMost(PATIENCE)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("test-follower-at-rest")));
    }

    @Test
    void topicIsFollowedFromItsEndAndABadRecordIsLeftOut(@TempDir Path directory) throws Exception {
        try (var broker = TestBroker.startWithTopics(directory)) {
            say(broker.cluster(), "before");
            var heard = new CopyOnWriteArrayList<String>();
            try (var follower =
                    Follower.fromEnd(broker.cluster(), List.of(Topics.KEY_PUSHES), "a test", "test-follower", rec -> {
                        if (rec.key().equals("bad")) {
                            throw new IllegalArgumentException("a bad record");
                        }
                        heard.add(rec.key());
                    })) {
                follower.start();
                await().atMost(PATIENCE).until(() -> {
                    say(broker.cluster(), "later");
                    return !heard.isEmpty();
                });
                say(broker.cluster(), "bad");
                say(broker.cluster(), "last");
                await().atMost(PATIENCE).until(() -> heard.contains("last"));
            }
            assertThat(heard).containsOnly("later", "last");
        }
    }

    private Follower.Reading reading(List<Supplier<RuntimeException>> failures, CountDownLatch read) {
        int number = opened.getAndIncrement();
        return new Follower.Reading() {
            @Override
            public void step() {
                if (number < failures.size()) {
                    throw failures.get(number).get();
                }
                read.countDown();
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private static void say(Cluster cluster, String key) throws Exception {
        try (var producer = cluster.producer()) {
            producer.send(new ProducerRecord<>(Topics.KEY_PUSHES.name(), key, new byte[1]))
                    .get();
        }
    }
}
