package dev.meshlog.ingest;

import dev.meshlog.ingest.radio.RadioPorts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * @param client properties that reach the cluster: {@code bootstrap.servers}, security
 * @param spools where live links keep what Kafka does not have yet: a directory for each
 * @param clock for the time at which something was received
 * @param ports of the links to radios, for those who hear and speak to them
 */
public record IngestConfig(
        Map<String, String> client, List<LinkConfig> links, Path spools, Clock clock, RadioPorts ports) {
    public IngestConfig(Map<String, String> client, List<LinkConfig> links, Path spools, Clock clock) {
        this(client, links, spools, clock, new RadioPorts());
    }

    public IngestConfig {
        client = Map.copyOf(client);
        links = List.copyOf(links);
        var names = new HashSet<String>();
        var places = new HashSet<String>();
        for (LinkConfig link : links) {
            if (!names.add(link.name())) {
                throw new IllegalArgumentException(
                        "two links are called " + link.name() + "; what they receive is kept under their names");
            }
            if (link.source() instanceof LinkConfig.Live live && !places.add(live.place())) {
                throw new IllegalArgumentException("link " + link.name() + " is the second one to " + live.place()
                        + "; a radio serves one client and closes the older connection for the newer one");
            }
        }
    }
}
