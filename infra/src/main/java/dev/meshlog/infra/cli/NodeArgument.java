package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.json.TerminalEscapes;
import dev.meshlog.schemas.radio.RadioNode;
import dev.meshlog.streams.query.NodeLookup;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** The node that a person named. */
final class NodeArgument {
    /** The exit code when the name fits more than one node. */
    static final int AMBIGUOUS = ExitCode.USAGE;

    private NodeArgument() {}

    /**
     * The key of the node in the tables. Empty when several fit: then they are printed, and the command ends with {@link #AMBIGUOUS}.
     *
     * @throws UserError when none fits
     */
    static Optional<String> one(
            CommandSpec spec, boolean json, RadioTables tables, String text, @Nullable String network) {
        List<String> nodes = new NodeLookup(tables, network).find(text).nodes();
        if (nodes.isEmpty()) {
            throw new UserError(
                    "no link has heard of a node '" + TerminalEscapes.plain(text) + "'",
                    "'meshlog nodes' lists all of them; digits alone are a decimal number, '!' makes them hex");
        }
        if (nodes.size() == 1) {
            return Optional.of(nodes.get(0));
        }
        if (json) {
            var answer = RadioJson.object().put("ambiguous", text);
            var candidates = answer.putArray("candidates");
            nodes.forEach(node -> candidates.addObject().put("node", node).put("name", name(tables, node)));
            spec.commandLine().getOut().println(RadioJson.text(answer));
            spec.commandLine().getOut().flush();
        } else {
            var err = spec.commandLine().getErr();
            err.println("'" + TerminalEscapes.plain(text) + "' fits " + nodes.size() + " nodes, name one of them:");
            var table = new TextTable("NODE", "NAME");
            nodes.forEach(node -> table.row(node, name(tables, node)));
            table.print(err);
            err.flush();
        }
        return Optional.empty();
    }

    static String name(RadioTables tables, String node) {
        RadioNode known = tables.nodes().get(node);
        if (known == null || known.getLongName() == null) {
            return known == null || known.getShortName() == null ? "" : known.getShortName();
        }
        return known.getLongName();
    }
}
