package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.radio.KeyFileFormat;
import dev.meshlog.streams.query.NodeLookup;
import dev.meshlog.streams.query.RadioTables;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Write the nodes and their keys, for 'meshlog keys import' or another program.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeysExportCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Option(
            names = "--format",
            paramLabel = "FORM",
            defaultValue = "json",
            description =
                    "json and csv have keys in hex; nodes is the Python client's list, in base64 (default: ${DEFAULT-VALUE}).")
    private KeyFileFormat format;

    @Option(names = "--network", paramLabel = "NAME", description = "Only nodes of this network.")
    private @Nullable String network;

    @Option(names = "--output", paramLabel = "FILE", description = "Where to (default: standard output).")
    private @Nullable Path output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        RadioTables tables = ClusterAccess.readRadioTables(options);
        List<String> nodes = tables.known().stream()
                .filter(node -> network == null || NodeLookup.networkOf(node).equals(network))
                .toList();
        List<String> networks =
                nodes.stream().map(NodeLookup::networkOf).distinct().toList();
        if (format == KeyFileFormat.NODES && networks.size() > 1) {
            throw new UserError(
                    "the client's list knows no networks, and there are " + networks.size(),
                    "choose one with --network: " + String.join(", ", networks));
        }
        if (output == null) {
            PrintWriter out = spec.commandLine().getOut();
            format.write(out, tables, nodes);
            out.flush();
            return 0;
        }
        try (var out = new PrintWriter(Files.newBufferedWriter(output, StandardCharsets.UTF_8))) {
            format.write(out, tables, nodes);
            if (out.checkError()) {
                throw new UserError(output + " could not be written", "is the disk full?");
            }
        } catch (IOException e) {
            throw new UserError("can't write " + output + ": " + e, "check --output", e);
        }
        spec.commandLine().getOut().println(nodes.size() + " nodes written to " + output);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
