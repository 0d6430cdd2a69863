package dev.meshlog.infra.cli;

import dev.meshlog.infra.config.MeshlogConfig;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "The configuration file meshlog.yaml.",
        synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class ConfigCommand {
    @Spec
    private CommandSpec spec;

    @Command(name = "example", mixinStandardHelpOptions = true, description = "Print a commented example.")
    int example() {
        spec.commandLine().getOut().print(MeshlogConfig.example());
        spec.commandLine().getOut().flush();
        return 0;
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Say what is wrong with a configuration file.")
    int check(@Parameters(paramLabel = "FILE", defaultValue = "meshlog.yaml") Path file) {
        MeshlogConfig.load(file);
        spec.commandLine().getOut().println(file + " is right");
        return 0;
    }
}
