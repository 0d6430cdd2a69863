package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyState;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = {
            "Print the key table: which node has which public key.",
            "With a node, everything that is known of its key."
        },
        subcommands = {
            KeysExportCommand.class,
            KeysImportCommand.class,
            KeysWatchCommand.class,
            KeysSyncCommand.class,
            KeysPushCommand.class
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeysCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Parameters(
            arity = "0..1",
            paramLabel = "NODE",
            description = "!hex, hex, decimal number, a name, or the beginning of one of these but the decimal.")
    private @Nullable String wanted;

    @Mixin
    private NodeFilter filter;

    @Option(names = "--state", paramLabel = "STATE", description = "Only keys in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable KeyState state;

    @Option(names = "--without", description = "Nodes that were seen without a key, instead.")
    private boolean without;

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
            ObjectNode key = RadioJson.keyInFull(tables, node.get());
            if (options.json) {
                out.println(RadioJson.text(key));
            } else {
                new KeyText(out).print(key);
            }
        } else {
            list(tables, out);
        }
        out.flush();
        return 0;
    }

    private void list(RadioTables tables, PrintWriter out) {
        List<String> seen = tables.known().stream()
                .filter(node -> filter.accepts(tables, node))
                .toList();
        List<String> shown = seen.stream()
                .filter(node -> {
                    PublicKeyEntry entry = tables.keys().get(node);
                    return without ? entry == null : entry != null && (state == null || entry.getState() == state);
                })
                .toList();
        if (options.json) {
            out.println(RadioJson.text(
                    shown.stream().map(node -> RadioJson.key(tables, node)).toList()));
            return;
        }
        new KeyList(out, tables).print(seen, shown, without);
    }

    static String heard(@Nullable RadioNode known) {
        return known == null || known.getLastHeardMs() == null ? "" : minute(known.getLastHeardMs());
    }

    /** In UTC, short enough for a column. */
    static String minute(Instant time) {
        return time.toString().substring(0, 16).replace('T', ' ');
    }

    @Command(
            name = "accept",
            mixinStandardHelpOptions = true,
            description = "Pin the key that is in conflict with the pinned one.")
    int accept(@Mixin CommonOptions common, @Mixin DecisionOptions decision) {
        return decision.decide(KeyDecisionKind.ACCEPT, common, spec);
    }

    @Command(
            name = "reject",
            mixinStandardHelpOptions = true,
            description = "Keep the pinned key; seen again, the other one is no conflict.")
    int reject(@Mixin CommonOptions common, @Mixin DecisionOptions decision) {
        return decision.decide(KeyDecisionKind.REJECT, common, spec);
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Say that the pinned key is known to be the node's.")
    int verify(@Mixin CommonOptions common, @Mixin DecisionOptions decision) {
        return decision.decide(KeyDecisionKind.VERIFY, common, spec);
    }

    @Command(
            name = "quarantine",
            mixinStandardHelpOptions = true,
            description = "Say that the pinned key must not be used.")
    int quarantine(@Mixin CommonOptions common, @Mixin DecisionOptions decision) {
        return decision.decide(KeyDecisionKind.QUARANTINE, common, spec);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Take the pinned key out of the table; the next one that is seen is pinned.")
    int remove(@Mixin CommonOptions common, @Mixin DecisionOptions decision) {
        return decision.decide(KeyDecisionKind.REMOVE, common, spec);
    }
}
