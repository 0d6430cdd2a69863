package dev.meshlog.infra.node;

import dev.meshlog.infra.config.LinkSettings;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.keysync.KeyLink;
import dev.meshlog.ingest.radio.RadioPorts;
import dev.meshlog.ingest.radio.RelayQueue;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.radio.KeyPush;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The keys of all links to radios, and what operators ask for. To be opened before the links are. */
final class KeySide implements AutoCloseable {
    private final Map<String, KeyLink> links = new LinkedHashMap<>();
    private final KeyRequestFeed requests;

    private KeySide(
            Cluster cluster,
            List<LinkSettings> configured,
            RadioPorts ports,
            Function<String, MeshTables> tables,
            Clock clock) {
        for (LinkSettings each : configured) {
            if (each.isToRadio()) {
                links.put(
                        each.name(),
                        KeyLink.open(
                                each.network(),
                                ports.of(each.name()),
                                tables.apply(each.network()),
                                each.keysOrDefault().toSettings(),
                                clock));
            }
        }
        requests = KeyRequestFeed.open(cluster, this::asked);
    }

    /** @param tables of a network */
    static KeySide open(
            Cluster cluster,
            List<LinkSettings> configured,
            RadioPorts ports,
            Function<String, MeshTables> tables,
            Clock clock) {
        return new KeySide(cluster, configured, ports, tables, clock);
    }

    /** The one way to the link's radio; empty when no radio is at its end. */
    Optional<RelayQueue> relayOf(String link) {
        return Optional.ofNullable(links.get(link));
    }

    private void asked(KeyPush request) {
        KeyLink link = links.get(request.getLink());
        if (link != null) {
            link.asked(request);
        }
    }

    @Override
    public void close() {
        requests.close();
        links.values().forEach(KeyLink::close);
    }
}
