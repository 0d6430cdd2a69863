package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GossipMetricsTest implements GossipMetrics.Source {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private JoinPhase phase = JoinPhase.CONNECTING;
    private long gap = 70;
    private final PeerTally vertices = new PeerTally();

    @BeforeEach
    void open() {
        Metrics.addRegistry(registry);
    }

    @AfterEach
    void close() {
        Metrics.removeRegistry(registry);
    }

    @Test
    @SuppressWarnings("try") // it is in the registry meanwhile
    void whatIsCountedOfOneConnectionIsCountedOfAll() {
        try (var unused = new GossipMetrics(this, vertices)) {
            var one = new PeerTally(vertices);
            var other = new PeerTally(vertices);
            one.received.incrementAndGet();
            other.received.incrementAndGet();
            other.pushed.incrementAndGet();

            assertThat(one.received.get()).isOne();
            assertThat(counter("meshlog.gossip.vertices", "outcome", "received"))
                    .isEqualTo(2);
            assertThat(counter("meshlog.gossip.vertices", "outcome", "pushed")).isOne();
            assertThat(counter("meshlog.gossip.vertices", "outcome", "dropped")).isZero();
        }
    }

    @Test
    void questionsAndMisdeedsAreCountedByKind() {
        try (var metrics = new GossipMetrics(this, vertices)) {
            metrics.asked("StatusQuery");
            metrics.asked("StatusQuery");
            metrics.did(Misbehaviour.WRONG_ANSWER);

            assertThat(counter("meshlog.gossip.questions", "type", "StatusQuery"))
                    .isEqualTo(2);
            assertThat(counter("meshlog.gossip.misbehaviour", "kind", "wrong_answer"))
                    .isOne();
            assertThat(counter("meshlog.gossip.misbehaviour", "kind", "malformed"))
                    .isZero();
        }
    }

    @Test
    @SuppressWarnings("try") // it is in the registry meanwhile
    void whereTheNodeStandsIsAskedWhenItIsRead() {
        try (var unused = new GossipMetrics(this, vertices)) {
            assertThat(gauge("meshlog.gossip.peers", "kind", "validator")).isEqualTo(3);
            assertThat(gauge("meshlog.gossip.peers", "kind", "listener")).isEqualTo(1);
            assertThat(registry.get("meshlog.gossip.rounds.behind").gauge().value())
                    .isEqualTo(70);
            assertThat(registry.get("meshlog.gossip.commit.index").gauge().value())
                    .isEqualTo(5);
            assertThat(gauge("meshlog.gossip.join.phase", "phase", "connecting"))
                    .isOne();
            assertThat(gauge("meshlog.gossip.join.seconds", "phase", "verifying"))
                    .isEqualTo(1.5);

            phase = JoinPhase.LIVE;
            gap = -3;
            assertThat(gauge("meshlog.gossip.join.phase", "phase", "connecting"))
                    .isZero();
            assertThat(gauge("meshlog.gossip.join.phase", "phase", "live")).isOne();
            assertThat(registry.get("meshlog.gossip.rounds.behind").gauge().value())
                    .isZero();
        }
    }

    @Test
    void nothingIsLeftInTheRegistry() {
        var metrics = new GossipMetrics(this, vertices);
        metrics.asked("StatusQuery");
        metrics.close();

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .noneMatch(name -> name.startsWith("meshlog.gossip"));
    }

    private double counter(String name, String tag, String of) {
        return registry.get(name).tag(tag, of).functionCounter().count();
    }

    private double gauge(String name, String tag, String of) {
        return registry.get(name).tag(tag, of).gauge().value();
    }

    @Override
    public long peers(PeerKind kind) {
        return kind == PeerKind.VALIDATOR ? 3 : 1;
    }

    @Override
    public Duration took(JoinPhase asked) {
        return asked == JoinPhase.VERIFYING ? Duration.ofMillis(1_500) : Duration.ZERO;
    }

    @Override
    public long joinBytes() {
        return 3;
    }

    @Override
    public long allJoinBytes() {
        return 4;
    }

    @Override
    public JoinPhase phase() {
        return phase;
    }

    @Override
    public Gossip.Progress progress() {
        return new Gossip.Progress(5, Hash.ZERO, 7, 0);
    }

    @Override
    public long furthestCommit() {
        return 9;
    }

    @Override
    public long gap() {
        return gap;
    }
}
