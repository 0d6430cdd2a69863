package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LocalNode;
import dev.meshlog.infra.radio.RadioGeneration;
import dev.meshlog.infra.radio.RadioRebuild;
import dev.meshlog.infra.radio.TableComparison;
import dev.meshlog.schemas.SchemaTopic;
import dev.meshlog.streams.query.RadioJson;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "radio",
        mixinStandardHelpOptions = true,
        description = "The radio tables as a whole.",
        synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class RadioCommand {
    private static final int LINES = 50;
    private static final int VALUE_CHARS = 60;

    @Spec
    private CommandSpec spec;

    @Command(
            name = "rebuild",
            mixinStandardHelpOptions = true,
            description = {
                "Make the radio tables again out of the log, beside the live ones, and say what differs.",
                "Exit code 0: they are equal, or became so; 3: they differ."
            })
    int rebuild(
            @Mixin CommonOptions options,
            @Option(
                            names = "--config",
                            paramLabel = "FILE",
                            description =
                                    "Configuration with the channels (default: meshlog.yaml here, else in the data directory).")
                    @Nullable Path configFile,
            @Option(
                            names = "--apply",
                            description =
                                    "Make the new tables the live ones, with the embedded broker. Meshlog must not run meanwhile.")
                    boolean apply,
            @Option(
                            names = "--forget-older",
                            description =
                                    "With --apply: also when the log no longer holds what some entries come from.")
                    boolean forgetOlder,
            @Option(names = "--keep", description = "Leave the new tables and their topics where they are.")
                    boolean keep) {
        MeshlogConfig config = MeshlogConfig.find(configFile, options.data);
        var terminal = new Terminal(spec.commandLine().getOut(), options.json);
        try (var access = ClusterAccess.open(options)) {
            if (apply && options.externalCluster().isPresent()) {
                throw new UserError(
                        "--apply works with the embedded broker alone: of another cluster it can't know that nobody writes the tables meanwhile",
                        "compare without --apply; the tables are made again by hand as docs/operations.md says");
            }
            if (apply && !access.isAlone()) {
                throw new UserError(
                        "--apply needs Meshlog to be stopped, and its data directory",
                        "stop it and name the directory with --data; without --apply the tables are only compared");
            }
            new SchemaTopic(access.cluster()).publish();
            RadioGeneration live = RadioGeneration.live(options.data);
            try (var rebuild = RadioRebuild.open(
                    access.cluster(),
                    LocalNode.radioTopology(config),
                    live,
                    options.data.toAbsolutePath().resolve("streams"))) {
                return run(rebuild, options, terminal, apply, forgetOlder, keep);
            }
        }
    }

    @Command(
            name = "clean",
            mixinStandardHelpOptions = true,
            description = "Remove what rebuilds left behind that were killed or told to keep their tables.")
    int clean(@Mixin CommonOptions options) throws Exception {
        var out = spec.commandLine().getOut();
        try (var access = ClusterAccess.open(options);
                Admin admin = access.cluster().admin()) {
            RadioGeneration live = RadioGeneration.live(options.data);
            if (live.deleteOutputs(admin)) {
                out.println("removed the copies that " + live.applicationId() + " wrote before it was live");
            }
            for (RadioGeneration other : RadioGeneration.others(admin, live)) {
                other.remove(admin, options.data.toAbsolutePath().resolve("streams"));
                out.println("removed " + other.applicationId());
            }
        }
        out.flush();
        return 0;
    }

    private int run(
            RadioRebuild rebuild,
            CommonOptions options,
            Terminal terminal,
            boolean apply,
            boolean forgetOlder,
            boolean keep) {
        boolean kept = keep;
        try {
            long behind = rebuild.liveIsBehindBy();
            if (apply && behind > 0) {
                throw new UserError(
                        "the live tables have not read the last " + behind + " offsets of the log",
                        "start 'meshlog up' once, and stop it when it has");
            }
            terminal.say("making the tables again as " + rebuild.generation().applicationId());
            rebuild.run(terminal::progress);
            RadioRebuild.Result result = rebuild.compare();
            report(result, options, behind);
            if (!apply) {
                return result.isEqual() ? 0 : Meshlog.VERIFICATION_FAILED;
            }
            int older = result.older().changed().size();
            if (older > 0 && !forgetOlder) {
                throw new UserError(
                        older
                                + " entries may come from frames that the log no longer holds; they, and which keys are pinned, would be lost",
                        "keep the live tables, or say --forget-older");
            }
            rebuild.apply(result, options.data.toAbsolutePath());
            kept = true;
            terminal.say("the new tables are the live ones: 'meshlog up' goes on with "
                    + rebuild.generation().applicationId());
            return 0;
        } finally {
            if (!kept) {
                rebuild.discard();
            }
        }
    }

    private void report(RadioRebuild.Result result, CommonOptions options, long behind) {
        var out = spec.commandLine().getOut();
        var real = result.real().differences();
        var older = result.older().differences();
        if (options.json) {
            var answer = RadioJson.object()
                    .put("event", "result")
                    .put("equal", result.isEqual())
                    .put("liveIsBehindBy", behind);
            add(answer.putArray("differences"), real);
            add(answer.putArray("older"), older);
            add(answer.putArray("order"), result.order().differences());
            out.println(RadioJson.text(answer));
            out.flush();
            return;
        }
        out.println();
        if (behind > 0) {
            out.println("the live tables have not read the last " + behind + " offsets of the log yet");
        }
        if (!older.isEmpty()) {
            out.println(
                    result.older().changed().size() + " entries may come from frames that the log no longer holds:");
            table(older).print(out);
            out.println();
        }
        int order = result.order().changed().size();
        if (order > 0) {
            out.println(order + " entries differ only in which link was first with what they say (--json shows them)");
        }
        if (result.isEqual()) {
            out.println("the tables are EQUAL");
        } else {
            table(real).print(out);
            out.println();
            out.println(result.real().changed().size() + " entries DIFFER");
        }
        out.flush();
    }

    private static void add(ArrayNode list, List<TableComparison.Difference> differences) {
        differences.forEach(difference -> list.addObject()
                .put("table", difference.table())
                .put("key", difference.key())
                .put("field", difference.field())
                .put("live", difference.live())
                .put("fresh", difference.fresh()));
    }

    private static TextTable table(List<TableComparison.Difference> differences) {
        var table = new TextTable("TABLE", "KEY", "FIELD", "LIVE > FRESH");
        differences.stream()
                .limit(LINES)
                .forEach(difference -> table.row(
                        difference.table(),
                        difference.key(),
                        difference.field(),
                        shortened(difference.live()) + " > " + shortened(difference.fresh())));
        if (differences.size() > LINES) {
            table.row("…", "", "", differences.size() - LINES + " more, with --json all of them");
        }
        return table;
    }

    private static String shortened(String value) {
        return value.length() <= VALUE_CHARS ? value : value.substring(0, VALUE_CHARS) + "…";
    }
}
