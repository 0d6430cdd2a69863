package dev.meshlog.streams.http;

import dev.meshlog.ledger.chain.ChainHead;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/** What the instance counts, in Prometheus' text form. Any thread. */
final class ServerMetrics implements AutoCloseable {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private @Nullable KafkaStreamsMetrics streamsMetrics;

    ServerMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        // The radio tables count their alerts there: they run with or without a server.
        Metrics.addRegistry(registry);
    }

    /** Those of the streams application. */
    void follow(KafkaStreams streams) {
        streamsMetrics = new KafkaStreamsMetrics(streams);
        streamsMetrics.bindTo(registry);
    }

    /** @param head where the chain stands, if its state is here */
    void follow(Supplier<Optional<ChainHead>> head) {
        gauge("meshlog.ledger.commit.index", "Newest commit that is executed here", head, ChainHead::commitIndex);
        gauge("meshlog.ledger.leader.round", "Round of its leader", head, ChainHead::leaderRound);
        gauge("meshlog.ledger.transactions", "Transactions with a result", head, ChainHead::transactions);
        gauge("meshlog.ledger.transactions.failed", "Those that failed", head, ChainHead::failedTransactions);
    }

    void inFlight(Supplier<Number> waiting) {
        Gauge.builder("meshlog.transactions.in.flight", waiting)
                .description("Transactions that wait for the cluster's acknowledgement")
                .register(registry);
    }

    void answered(String route, int status, Duration took) {
        Timer.builder("meshlog.http.requests")
                .description("Answered requests, from the head to the answer")
                .tags("route", route, "status", Integer.toString(status))
                .register(registry)
                .record(took);
    }

    /** @param outcome ACCEPTED or a refusal's code */
    void submitted(String outcome) {
        Counter.builder("meshlog.transactions.submitted")
                .description("Transactions that came in over HTTP")
                .tag("outcome", outcome)
                .register(registry)
                .increment();
    }

    String scrape() {
        return registry.scrape(CONTENT_TYPE);
    }

    private void gauge(String name, String what, Supplier<Optional<ChainHead>> head, Function<ChainHead, Long> value) {
        Gauge.builder(name, () -> head.get().<Number>map(value).orElse(Double.NaN))
                .description(what)
                .register(registry);
    }

    @Override
    public void close() {
        if (streamsMetrics != null) {
            streamsMetrics.close();
        }
        Metrics.removeRegistry(registry);
        registry.close();
    }
}
