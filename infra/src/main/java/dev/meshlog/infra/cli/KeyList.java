package dev.meshlog.infra.cli;

import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.streams.query.RadioTables;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The key table for people, with a summary of who has a key and who has none. */
record KeyList(PrintWriter out, RadioTables tables) {
    /**
     * Prints the nodes.
     *
     * @param seen those that were asked about
     * @param shown those of them that are listed
     * @param without whether these have no key
     */
    void print(List<String> seen, List<String> shown, boolean without) {
        if (seen.isEmpty()) {
            out.println(
                    tables.known().isEmpty()
                            ? "No node was heard yet. 'meshlog links' shows whether a link is open."
                            : "No node fits; without --network and --since there are "
                                    + tables.known().size() + ".");
            return;
        }
        if (without) {
            var table = new TextTable("NODE", "LAST HEARD", "NAME");
            shown.forEach(node ->
                    table.row(node, KeysCommand.heard(tables.nodes().get(node)), NodeArgument.name(tables, node)));
            table.print(out);
        } else {
            var table = new TextTable("NODE", "STATE", "FINGERPRINT", "SOURCE", "SHARED", "CONFL", "LAST SEEN", "NAME");
            shown.forEach(node -> row(table, node, tables.keys().get(node)));
            table.print(out);
        }
        summary(seen, shown);
    }

    private void row(TextTable table, String node, @Nullable PublicKeyEntry entry) {
        if (entry == null) {
            return;
        }
        int sharing = tables.nodesWithKeyOf(entry).size();
        table.row(
                node,
                entry.getState().name(),
                entry.getFingerprint(),
                source(entry.getSource()),
                sharing > 1 ? Integer.toString(sharing) : "",
                entry.getConflicts().isEmpty()
                        ? ""
                        : Integer.toString(entry.getConflicts().size()),
                KeysCommand.minute(entry.getLastSeenMs()),
                NodeArgument.name(tables, node));
    }

    private void summary(List<String> seen, List<String> shown) {
        long withKey = seen.stream().filter(tables.keys()::containsKey).count();
        out.println();
        out.println(
                withKey == seen.size()
                        ? seen.size() + " nodes seen, all with a key"
                        : "%d nodes seen, %d with a key, %d without"
                                .formatted(seen.size(), withKey, seen.size() - withKey));
        List<PublicKeyEntry> entries = shown.stream()
                .flatMap(node -> Optional.ofNullable(tables.keys().get(node)).stream())
                .toList();
        if (entries.isEmpty()) {
            return;
        }
        List<PublicKeyEntry> shared = entries.stream()
                .filter(entry -> tables.nodesWithKeyOf(entry).size() > 1)
                .toList();
        out.printf(
                "shown: %d keys of %d nodes; %d keys are shared by %d nodes; %d low-entropy; %d in conflict%n",
                entries.stream().map(PublicKeyEntry::getKey).distinct().count(),
                entries.size(),
                shared.stream().map(PublicKeyEntry::getKey).distinct().count(),
                shared.size(),
                entries.stream().filter(PublicKeyEntry::getLowEntropy).count(),
                entries.stream()
                        .filter(entry -> entry.getState() == KeyState.CONFLICT)
                        .count());
    }

    private static String source(KeySource source) {
        return switch (source) {
            case PACKET_RADIO -> "packet";
            case PACKET_MQTT -> "mqtt";
            case RADIO_NODEDB -> "nodedb";
            case RADIO_PKI -> "pki";
            case OPERATOR, IMPORT, UNKNOWN -> source.name().toLowerCase(Locale.ROOT);
        };
    }
}
