package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = "Print the key table: which node has which public key.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeysCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Parameters(
            arity = "0..1",
            paramLabel = "NODE",
            description = "Only this node: !hex, decimal number, or (the beginning of) a name.")
    private @Nullable String wanted;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Map<String, PublicKeyEntry> keys = new TreeMap<>();
        Map<String, RadioNode> nodes = new HashMap<>();
        try (var access = ClusterAccess.open(options)) {
            TopicReader.readAll(access.cluster(), Topics.PUBKEYS, rec -> keep(keys, rec.key(), rec.value()));
            TopicReader.readAll(access.cluster(), Topics.NODES, rec -> keep(nodes, rec.key(), rec.value()));
        }
        Map<String, Long> sharers = keys.values().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getNetwork() + "/" + Hex.of(entry.getKey()), Collectors.counting()));
        List<Row> rows = keys.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue(), nodes.get(entry.getKey()), sharers))
                .filter(row -> wanted == null || row.matches(wanted))
                .toList();
        if (wanted != null && rows.isEmpty()) {
            throw new UserError("no node with a key matches '" + wanted + "'", "'meshlog keys' lists all of them");
        }
        if (options.json) {
            out().println(CommonOptions.toJson(rows));
            return 0;
        }
        out().printf(
                        "%-24s %-11s %-16s %-12s %6s %-20s %s%n",
                        "NODE", "STATE", "FINGERPRINT", "SOURCE", "SHARED", "LAST SEEN", "NAME");
        rows.forEach(row -> out().printf(
                        "%-24s %-11s %-16s %-12s %6s %-20s %s%n",
                        row.node(),
                        row.state(),
                        row.fingerprint(),
                        row.source(),
                        row.nodesWithThisKey() > 1 ? Long.toString(row.nodesWithThisKey()) : "",
                        row.lastSeen(),
                        row.name() == null ? "" : row.name()));
        summary(rows);
        return 0;
    }

    private void summary(List<Row> rows) {
        long shared = rows.stream().filter(row -> row.nodesWithThisKey() > 1).count();
        long distinctShared = rows.stream()
                .filter(row -> row.nodesWithThisKey() > 1)
                .map(Row::key)
                .distinct()
                .count();
        out().printf(
                        "%n%d nodes with %d keys; %d keys are shared by %d nodes; %d low-entropy; %d in conflict%n",
                        rows.size(),
                        rows.stream().map(Row::key).distinct().count(),
                        distinctShared,
                        shared,
                        rows.stream().filter(Row::lowEntropy).count(),
                        rows.stream()
                                .filter(row -> row.state().equals(KeyState.CONFLICT.name()))
                                .count());
    }

    private static Row row(String node, PublicKeyEntry entry, @Nullable RadioNode known, Map<String, Long> sharers) {
        String key = Hex.of(entry.getKey());
        return new Row(
                node,
                known == null ? null : known.getLongName(),
                entry.getState().name(),
                key,
                entry.getFingerprint(),
                entry.getSource().name(),
                entry.getLowEntropy(),
                sharers.getOrDefault(entry.getNetwork() + "/" + key, 1L),
                text(entry.getFirstSeenMs()),
                text(entry.getLastSeenMs()),
                entry.getConflicts().stream()
                        .map(conflict -> Hex.of(conflict.getKey()))
                        .toList());
    }

    private static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static <V> void keep(Map<String, V> table, String key, @Nullable V value) {
        if (value == null) {
            table.remove(key);
        } else {
            table.put(key, value);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** One line of the table. */
    record Row(
            String node,
            @Nullable String name,
            String state,
            String key,
            String fingerprint,
            String source,
            boolean lowEntropy,
            long nodesWithThisKey,
            String firstSeen,
            String lastSeen,
            List<String> conflictingKeys) {
        Row {
            conflictingKeys = List.copyOf(conflictingKeys);
        }

        boolean matches(String wanted) {
            String number = node.substring(node.indexOf('/') + 1);
            return number.equalsIgnoreCase(wanted)
                    || number.substring(1).equalsIgnoreCase(wanted)
                    || Long.toString(Long.parseLong(number.substring(1), 16)).equals(wanted)
                    || (name != null
                            && name.toLowerCase(java.util.Locale.ROOT)
                                    .startsWith(wanted.toLowerCase(java.util.Locale.ROOT)));
        }
    }
}
