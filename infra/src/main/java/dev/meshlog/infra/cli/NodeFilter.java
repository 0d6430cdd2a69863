package dev.meshlog.infra.cli;

import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.NodeLookup;
import dev.meshlog.streams.query.RadioTables;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Of which nodes a command speaks. */
final class NodeFilter {
    @Option(names = "--network", paramLabel = "NAME", description = "Only nodes of this network.")
    @Nullable String network;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = Since.Converter.class,
            description = "Only nodes heard since: 48h, or a time such as 2026-11-21T05:00:00Z.")
    private @Nullable Since since;

    /** @param node as the tables name it */
    boolean accepts(RadioTables tables, String node) {
        if (network != null && !NodeLookup.networkOf(node).equals(network)) {
            return false;
        }
        RadioNode known = tables.nodes().get(node);
        Instant heard = known == null ? null : known.getLastHeardMs();
        return since == null || (heard != null && !heard.isBefore(since.at()));
    }
}
