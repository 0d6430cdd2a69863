package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.replayer.ReplayerCommand;
import dev.meshlog.snapshotter.SnapshotterCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The one command. Exit codes: 0 done, 1 failed, 2 wrong use, 3 verification failed. */
@Command(
        name = "meshlog",
        mixinStandardHelpOptions = true,
        versionProvider = Meshlog.Version.class,
        description = "A mesh's whole history in Kafka, and everything else derived from it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            TopicsCommand.class,
            BrokerCommand.class,
            LinksCommand.class,
            KeysCommand.class,
            NodesCommand.class,
            PacketsCommand.class,
            RadioCommand.class,
            LedgerCommand.class,
            NetCommand.class,
            LocalCommand.class,
            TxCommand.class,
            DumpStateCommand.class,
            DiffCommand.class,
            ReplayCommand.class,
            SnapshotCommand.class,
            StreamsCommand.class,
            SnapshotterCommand.class,
            ReplayerCommand.class,
            DagCommand.class,
            SimulateCommand.class,
            BenchCommand.class,
            ConfigCommand.class,
            CommandLine.HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong use", "3:verification failed"})
public final class Meshlog implements Runnable {
    static final int FAILED = 1;
    static final int VERIFICATION_FAILED = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Meshlog())
                .setExecutionExceptionHandler(Meshlog::explain)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    /** What, where and what to do; the stack trace only with {@code --debug}. */
    private static int explain(Exception failure, CommandLine commandLine, ParseResult parsed) {
        var err = commandLine.getErr();
        String message = failure instanceof UserError || failure.getMessage() == null
                ? String.valueOf(failure.getMessage() == null ? failure : failure.getMessage())
                : failure.getMessage() + "\n  the log file in the data directory and --debug tell more";
        err.println(commandLine.getColorScheme().errorText("error: " + message));
        if (innermost(parsed).matchedOptionValue("--debug", false)) {
            failure.printStackTrace(err);
        }
        err.flush();
        return FAILED;
    }

    private static ParseResult innermost(ParseResult parsed) {
        return parsed.hasSubcommand() ? innermost(parsed.subcommand()) : parsed;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Meshlog.class.getPackage().getImplementationVersion();
            return new String[] {"meshlog " + (version == null ? "(not packaged)" : version)};
        }
    }
}
