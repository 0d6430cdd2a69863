package dev.meshlog.ingest.keysync;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What an operator watches, in the registry of the process. */
final class LinkMetrics implements AutoCloseable {
    private final List<Meter> meters = new ArrayList<>();

    LinkMetrics(String network, String link, Totals totals) {
        gauge("meshlog.radio.keys.wanted", "Keys that the radio should hold", network, link, totals.wanted);
        gauge("meshlog.radio.keys.known", "Nodes of which the radio holds a key", network, link, totals.known);
        counter("meshlog.radio.keys.pushed", "Keys handed to the radio, each attempt", network, link, totals.pushed);
        counter("meshlog.radio.keys.acknowledged", "Keys it acknowledged", network, link, totals.acknowledged);
        counter("meshlog.radio.keys.failed", "Keys that were given up", network, link, totals.failed);
    }

    private void gauge(String name, String what, String network, String link, AtomicLong value) {
        meters.add(Gauge.builder(name, value, AtomicLong::doubleValue)
                .description(what)
                .tags("network", network, "link", link)
                .register(Metrics.globalRegistry));
    }

    private void counter(String name, String what, String network, String link, AtomicLong value) {
        meters.add(FunctionCounter.builder(name, value, AtomicLong::doubleValue)
                .description(what)
                .tags("network", network, "link", link)
                .register(Metrics.globalRegistry));
    }

    @Override
    public void close() {
        meters.forEach(Metrics.globalRegistry::remove);
    }
}
