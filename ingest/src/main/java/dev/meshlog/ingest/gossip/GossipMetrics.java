package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Traffic;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What an operator watches of a node among its peers, in the registry of the process. Any thread. */
final class GossipMetrics implements AutoCloseable {
    private final List<Meter> meters = new ArrayList<>();
    private final PeerTally vertices;
    private final Map<Misbehaviour, AtomicLong> misdeeds = new EnumMap<>(Misbehaviour.class);
    private final Map<String, AtomicLong> questions = new ConcurrentHashMap<>();

    /** Where a node stands, as of now. */
    interface Source {
        /** Connected peers of one kind. */
        long peers(PeerKind kind);

        JoinPhase phase();

        /** Of a snapshot that is downloaded, what is here. */
        long joinBytes();

        /** How long joining was in the phase; none where nothing had to be joined. */
        Duration took(JoinPhase phase);

        /** Of a snapshot that is downloaded. */
        long allJoinBytes();

        Gossip.Progress progress();

        /** Of the peer that says to be furthest; 0 while none says anything. */
        long furthestCommit();

        /** Rounds that the furthest peer has decided, and we have not; negative when we are ahead. */
        long gap();
    }

    /** @param vertices of all connections */
    GossipMetrics(Source source, PeerTally vertices) {
        this.vertices = vertices;
        for (PeerKind kind : PeerKind.values()) {
            gauge("meshlog.gossip.peers", "Connected peers", "kind", text(kind), () -> source.peers(kind));
        }
        for (JoinPhase phase : JoinPhase.values()) {
            gauge(
                    "meshlog.gossip.join.phase",
                    "1: where this node is on its way into the network",
                    "phase",
                    text(phase),
                    () -> source.phase() == phase ? 1 : 0);
            gauge(
                    "meshlog.gossip.join.seconds",
                    "How long joining was in the phase since this node started",
                    "phase",
                    text(phase),
                    () -> source.took(phase).toMillis() / 1e3);
        }
        gauge("meshlog.gossip.join.bytes", "Of the snapshot's chunks, what is here", source::joinBytes);
        gauge("meshlog.gossip.join.bytes.all", "Of the snapshot's chunks", source::allJoinBytes);
        gauge(
                "meshlog.gossip.commit.index",
                "Newest commit in our log",
                () -> source.progress().commitIndex());
        gauge("meshlog.gossip.commit.index.furthest", "That of the furthest peer, as it says", source::furthestCommit);
        gauge(
                "meshlog.gossip.rounds.behind",
                "Decided rounds that the furthest peer is ahead",
                () -> Math.max(0, source.gap()));
        vertices("received", tally -> tally.received.get());
        vertices("duplicate", tally -> tally.duplicates.get());
        vertices("accepted", tally -> tally.accepted.get());
        vertices("rejected", tally -> tally.rejected.get());
        vertices("too_early", tally -> tally.tooEarly.get());
        vertices("pushed", tally -> tally.pushed.get());
        vertices("dropped", tally -> tally.dropped.get());
        for (Misbehaviour each : Misbehaviour.values()) {
            var count = new AtomicLong();
            misdeeds.put(each, count);
            counter("meshlog.gossip.misbehaviour", "What peers did wrong", "kind", text(each), count, AtomicLong::get);
        }
    }

    /** What goes over the wire is counted from now on. */
    void follow(Traffic traffic) {
        counter("meshlog.gossip.bytes", "In UDP packets of peers", "direction", "in", traffic, Traffic::received);
        counter("meshlog.gossip.bytes", "In UDP packets of peers", "direction", "out", traffic, Traffic::sent);
    }

    void did(Misbehaviour what) {
        Objects.requireNonNull(misdeeds.get(what)).incrementAndGet();
    }

    /** @param type of a question that a peer asked */
    void asked(String type) {
        questions
                .computeIfAbsent(type, fresh -> {
                    var count = new AtomicLong();
                    counter("meshlog.gossip.questions", "Questions of peers", "type", fresh, count, AtomicLong::get);
                    return count;
                })
                .incrementAndGet();
    }

    private void vertices(String outcome, ToLongFunction<PeerTally> count) {
        counter(
                "meshlog.gossip.vertices",
                "Vertices that came from peers, and that went to them",
                "outcome",
                outcome,
                vertices,
                count);
    }

    private void gauge(String name, String what, Supplier<Number> value) {
        add(Gauge.builder(name, value).description(what).register(Metrics.globalRegistry));
    }

    private void gauge(String name, String what, String tag, String of, Supplier<Number> value) {
        add(Gauge.builder(name, value).description(what).tag(tag, of).register(Metrics.globalRegistry));
    }

    private <T> void counter(String name, String what, String tag, String of, T counted, ToLongFunction<T> count) {
        add(FunctionCounter.builder(name, counted, count::applyAsLong)
                .description(what)
                .tag(tag, of)
                .register(Metrics.globalRegistry));
    }

    private synchronized void add(Meter meter) {
        meters.add(meter);
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public synchronized void close() {
        meters.forEach(Metrics.globalRegistry::remove);
    }
}
