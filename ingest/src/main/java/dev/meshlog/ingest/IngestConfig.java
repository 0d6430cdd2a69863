package dev.meshlog.ingest;

import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * @param client properties that reach the cluster: {@code bootstrap.servers}, security
 * @param clock for the time at which something was received
 */
public record IngestConfig(Map<String, String> client, List<LinkConfig> links, Clock clock) {
    public IngestConfig {
        client = Map.copyOf(client);
        links = List.copyOf(links);
        var names = new HashSet<String>();
        for (LinkConfig link : links) {
            if (!names.add(link.name())) {
                throw new IllegalArgumentException(
                        "two links are called " + link.name() + "; what they receive is kept under their names");
            }
        }
    }
}
