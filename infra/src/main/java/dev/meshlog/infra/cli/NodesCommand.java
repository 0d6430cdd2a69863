package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "Print the nodes that were heard; with a node, everything that is known of it.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class NodesCommand implements Callable<Integer> {
    private static final String MS = "Ms";

    @Mixin
    private CommonOptions options;

    @Parameters(arity = "0..1", paramLabel = "NODE", description = "As for 'meshlog keys'.")
    private @Nullable String wanted;

    @Mixin
    private NodeFilter filter;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        RadioTables tables = ClusterAccess.readRadioTables(options);
        PrintWriter out = spec.commandLine().getOut();
        if (wanted != null) {
            Optional<String> node = NodeArgument.one(spec, options.json, tables, wanted, filter.network);
            if (node.isEmpty()) {
                return NodeArgument.AMBIGUOUS;
            }
            ObjectNode all = RadioJson.node(tables, node.get());
            all.set("edges", RadioJson.edges(tables, node.get()));
            if (options.json) {
                out.println(RadioJson.text(all));
            } else {
                JsonText.print(out, forPeople(all));
            }
        } else {
            list(tables, out);
        }
        out.flush();
        return 0;
    }

    /** What is known, without what is not, and with times that can be read. */
    private static ObjectNode forPeople(ObjectNode all) {
        ObjectNode known = RadioJson.object();
        all.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isObject()) {
                known.set(field.getKey(), forPeople((ObjectNode) value));
            } else if (value.isArray()) {
                var members = known.putArray(field.getKey());
                value.forEach(member -> members.add(member.isObject() ? forPeople((ObjectNode) member) : member));
            } else if (field.getKey().endsWith(MS) && value.isIntegralNumber()) {
                known.put(field.getKey().replace(MS, ""), RadioJson.time(Instant.ofEpochMilli(value.longValue())));
            } else if (!value.isNull()) {
                known.set(field.getKey(), value);
            }
        });
        known.properties()
                .removeIf(field ->
                        field.getValue().isContainerNode() && field.getValue().isEmpty());
        return known;
    }

    private void list(RadioTables tables, PrintWriter out) {
        List<String> nodes = tables.nodes().keySet().stream()
                .filter(node -> filter.accepts(tables, node))
                .toList();
        if (options.json) {
            out.println(RadioJson.text(
                    nodes.stream().map(node -> RadioJson.node(tables, node)).toList()));
            return;
        }
        var table = new TextTable("NODE", "SHORT", "KEY", "HOPS", "SNR", "BATT", "PACKETS", "LAST HEARD", "NAME");
        nodes.forEach(node -> row(table, tables, node, tables.nodes().get(node)));
        table.print(out);
        out.printf("%n%d nodes%n", nodes.size());
    }

    private static void row(TextTable table, RadioTables tables, String key, @Nullable RadioNode node) {
        if (node == null) {
            return;
        }
        PublicKeyEntry entry = tables.keys().get(key);
        Long battery =
                node.getDeviceMetrics() == null ? null : node.getDeviceMetrics().getBatteryLevel();
        table.row(
                key,
                text(node.getShortName()),
                entry == null ? "" : entry.getState().name(),
                text(node.getHopsAway()),
                text(node.getSnr()),
                battery == null ? "" : battery > 100 ? "ext" : battery + "%",
                Long.toString(node.getPackets()),
                KeysCommand.heard(node),
                text(node.getLongName()));
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
