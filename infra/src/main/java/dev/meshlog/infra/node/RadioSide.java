package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LinkSettings;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.config.VirtualNodeConfig;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.radio.RadioPort;
import dev.meshlog.ingest.radio.RadioPorts;
import dev.meshlog.ingest.radio.RelayQueue;
import dev.meshlog.ingest.virtual.Figures;
import dev.meshlog.ingest.virtual.VirtualNode;
import dev.meshlog.ingest.virtual.VirtualNodeSettings;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.streams.query.RadioView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes back to radios and to clients: the tables, each link's port, the virtual nodes. To be opened before the links are. */
final class RadioSide implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RadioSide.class);
    private static final long NOTE_MS = 2_000;

    private final MeshlogConfig.Radio config;
    private final Clock clock;
    private final Cluster cluster;
    private final RadioView view;
    private final RadioPorts ports = new RadioPorts();
    private final List<Served> served = new ArrayList<>();
    private final List<Meter> meters = new ArrayList<>();
    private final HeardPackets packets;
    private final ScheduledExecutorService notes = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "meshlog-radio-notes");
        thread.setDaemon(true);
        return thread;
    });

    private @Nullable KeySide keys;

    /** A virtual node that listens. */
    record Served(VirtualNodeConfig config, VirtualNode node, InetSocketAddress address) {
        /** For people. */
        String text() {
            String of = config.link() == null ? "network " + config.network() : "link " + config.link();
            return "virtual node of " + of + " at " + address.getAddress().getHostAddress() + ":" + address.getPort();
        }
    }

    RadioSide(Cluster cluster, MeshlogConfig.Radio config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.cluster = cluster;
        this.view = new RadioView(cluster);
        this.packets = new HeardPackets(cluster, this::heard);
    }

    RadioPorts ports() {
        return ports;
    }

    /** @throws UserError when an address can't be used */
    void open() {
        boolean radios = config.links().stream().anyMatch(LinkSettings::isToRadio);
        if (!radios && config.virtualNodes().isEmpty()) {
            return;
        }
        view.start();
        keys = KeySide.open(cluster, config.links(), ports, this::tables, clock);
        for (VirtualNodeConfig each : config.virtualNodes()) {
            served.add(serve(each));
        }
        if (served.stream().anyMatch(each -> each.config.network() != null)) {
            packets.start();
        }
        var unused = notes.scheduleWithFixedDelay(this::note, NOTE_MS, NOTE_MS, TimeUnit.MILLISECONDS);
    }

    /** One line for each, for people. */
    List<String> addresses() {
        return served.stream().map(Served::text).toList();
    }

    private Served serve(VirtualNodeConfig wanted) {
        try {
            VirtualNodeSettings settings = wanted.settings();
            VirtualNode node = wanted.link() == null ? ofNetwork(wanted, settings) : ofLink(wanted.link(), settings);
            var open = new Served(wanted, node, node.start());
            measure(open);
            LOG.info("{}", open.text());
            return open;
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    "radio.virtualNodes: " + e.getMessage(),
                    "set allow to the addresses of the clients, or listen on 127.0.0.1",
                    e);
        } catch (IOException e) {
            throw new UserError("the virtual node can't listen at " + e.getMessage(), "is another program there?", e);
        }
    }

    private VirtualNode ofLink(String link, VirtualNodeSettings settings) {
        LinkSettings front = config.links().stream()
                .filter(each -> each.name().equals(link))
                .findFirst()
                .orElseThrow();
        return VirtualNode.ofLink(
                settings, front.network(), ports.of(link), relayOf(link), tables(front.network()), clock);
    }

    private VirtualNode ofNetwork(VirtualNodeConfig wanted, VirtualNodeSettings settings) {
        String network = String.valueOf(wanted.network());
        return VirtualNode.ofNetwork(settings, network, wanted.region(), tables(network), clock);
    }

    private MeshTables tables(String network) {
        return new NetworkTables(view, network);
    }

    /** The one way for packets of others to a link's radio, which shares its queue with the keys. */
    private RelayQueue relayOf(String link) {
        return Objects.requireNonNull(keys, "open comes first")
                .relayOf(link)
                .orElseThrow(() -> new IllegalStateException("there is no radio at link " + link));
    }

    private void heard(String network, MeshPacket packet) {
        for (Served each : served) {
            if (network.equals(each.config.network())) {
                each.node.heard(packet);
            }
        }
    }

    /** So that the link's status has it. */
    private void note() {
        for (Served each : served) {
            String link = each.config.link();
            if (link != null) {
                Figures figures = each.node.figures();
                RadioPort port = ports.of(link);
                port.note("clients", Integer.toString(figures.clients()));
                port.note("clientsDropped", Long.toString(figures.dropped()));
                port.note("clientMessages", Long.toString(figures.relayed()));
                port.note("clientMessagesRefused", Long.toString(figures.refused()));
                port.note("clientMessagesLeftOut", Long.toString(figures.leftOut()));
            }
        }
    }

    private void measure(Served open) {
        gauge(open, "meshlog.virtual.node.clients", "Clients that are connected", Figures::clients);
        gauge(
                open,
                "meshlog.virtual.node.clients.dropped",
                "Clients that were closed, for being slow for one",
                Figures::dropped);
        gauge(open, "meshlog.virtual.node.clients.rejected", "Connections that were not accepted", Figures::rejected);
        gauge(open, "meshlog.virtual.node.messages.relayed", "Messages of clients for the radio", Figures::relayed);
        gauge(
                open,
                "meshlog.virtual.node.messages.refused",
                "Messages of clients that were not sent",
                Figures::refused);
        gauge(
                open,
                "meshlog.virtual.node.messages.left.out",
                "Messages for clients that fit into no frame",
                Figures::leftOut);
    }

    private void gauge(Served open, String name, String what, ToDoubleFunction<Figures> figure) {
        meters.add(Gauge.builder(name, open.node, node -> figure.applyAsDouble(node.figures()))
                .description(what)
                .tag("listen", open.address.getAddress().getHostAddress() + ":" + open.address.getPort())
                .register(Metrics.globalRegistry));
    }

    @Override
    public void close() {
        notes.shutdownNow();
        meters.forEach(Metrics.globalRegistry::remove);
        served.forEach(each -> each.node.close());
        packets.close();
        if (keys != null) {
            keys.close();
        }
        view.close();
    }
}
