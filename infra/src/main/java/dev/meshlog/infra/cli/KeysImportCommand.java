package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.radio.KeyFileFormat;
import dev.meshlog.infra.radio.NodeImport;
import dev.meshlog.schemas.json.TerminalEscapes;
import dev.meshlog.streams.query.RadioJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Put nodes and keys of a file into the log, where they are judged like what is heard.",
            "A key that differs from the pinned one becomes a conflict; states and decisions are not imported."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeysImportCommand implements Callable<Integer> {
    private static final int SHOWN_STEP = 500;

    @Mixin
    private CommonOptions options;

    @Parameters(paramLabel = "FILE", description = "What was exported, or a node list of the Python client.")
    private Path file;

    @Option(
            names = "--format",
            paramLabel = "FORM",
            required = true,
            description = "json or csv (keys in hex), or nodes (the Python client's list, keys in base64).")
    private KeyFileFormat format;

    @Option(
            names = "--network",
            paramLabel = "NAME",
            description = "Network of the nodes for which the file names none; always needed for nodes.")
    private @Nullable String network;

    @Option(names = "--dry-run", description = "Only read the file and say what is wrong with it.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        NodeImport nodes;
        try {
            nodes = NodeImport.read(file, format, network);
        } catch (IOException e) {
            throw new UserError("can't read " + file + ": " + e, "check the path; the file is UTF-8", e);
        }
        if (!dryRun) {
            try (var access = ClusterAccess.open(options)) {
                var terminal = new Terminal(spec.commandLine().getOut(), options.json);
                nodes.write(access.cluster(), Clock.systemUTC().instant(), written -> {
                    if (written % SHOWN_STEP == 0) {
                        terminal.progress((double) written / nodes.nodes(), written + " nodes written");
                    }
                });
            }
        }
        report(nodes);
        return nodes.bad().isEmpty() ? 0 : Meshlog.FAILED;
    }

    private void report(NodeImport nodes) {
        PrintWriter out = spec.commandLine().getOut();
        if (options.json) {
            var answer = RadioJson.object()
                    .put("nodes", nodes.nodes())
                    .put("withKey", nodes.withKey())
                    .put("written", !dryRun);
            var bad = answer.putArray("bad");
            nodes.bad()
                    .forEach(
                            record -> bad.addObject().put("line", record.line()).put("reason", record.reason()));
            out.println(RadioJson.text(answer));
        } else {
            nodes.bad()
                    .forEach(record -> out.println(
                            file + " line " + record.line() + ": " + TerminalEscapes.plain(record.reason())));
            out.printf(
                    "%d nodes%s, %d of them with a key; %d records are bad%n",
                    nodes.nodes(),
                    dryRun ? " would be imported" : " written to radio.frames",
                    nodes.withKey(),
                    nodes.bad().size());
        }
        out.flush();
    }
}
