package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.dag.DagDrawing;
import dev.meshlog.infra.dag.RoundRange;
import dev.meshlog.ledger.dag.DagFile;
import dev.meshlog.ledger.dag.Explanation;
import dev.meshlog.ledger.dag.IllegalDagException;
import dev.meshlog.ledger.dag.SafetyViolationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dag",
        mixinStandardHelpOptions = true,
        description = "What the commit rule makes of a DAG in text form.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "FILE is a DAG in text form, - reads it from standard input.",
            "Exit code 2: it is not legal, 3: two vertices are certified in one leader slot."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class DagCommand {
    private static final String STDIN = "-";

    @Spec
    private CommandSpec spec;

    /** What a command does with a legal file. */
    private interface Answer {
        int give(DagFile file) throws SafetyViolationException;
    }

    @Command(
            name = "decide",
            mixinStandardHelpOptions = true,
            description = "Print the decision of every leader slot, then the commits in their order.")
    int decide(@Parameters(paramLabel = "FILE", arity = "1..*") List<String> files) {
        int worst = ExitCode.OK;
        for (String file : files) {
            if (files.size() > 1) {
                print("# " + file + "\n");
            }
            worst = Math.max(worst, answer(file, dag -> {
                print(dag.decide().text());
                return ExitCode.OK;
            }));
        }
        return worst;
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = "Say why the leader slot of a round is committed, skipped or undecided.")
    int explain(
            @Parameters(paramLabel = "FILE") String file,
            @Parameters(paramLabel = "ROUND") long round,
            @Option(names = "--json", description = "Print JSON.") boolean json) {
        if (round < 1) {
            throw new ParameterException(
                    spec.subcommands().get("explain"), "ROUND is 1 or more: round 0 has no leader");
        }
        return answer(file, dag -> {
            Explanation explanation = dag.tallies().explain(round);
            print(json ? CommonOptions.toJson(explanation) + "\n" : explanation.text());
            return ExitCode.OK;
        });
    }

    @Command(
            name = "draw",
            mixinStandardHelpOptions = true,
            description = "Draw it as SVG: rounds from left to right, a row for each validator.")
    int draw(
            @Parameters(paramLabel = "FILE") String file,
            @Option(names = "-o", paramLabel = "OUT", description = "Write to this file instead of standard output.")
                    @Nullable Path out,
            @Option(
                            names = "--rounds",
                            paramLabel = "A-B",
                            converter = RoundRangeConverter.class,
                            description = "Only these rounds.")
                    @Nullable RoundRange rounds) {
        return answer(file, dag -> {
            if (rounds != null && rounds.first() > dag.highestRound()) {
                throw new ParameterException(
                        spec.subcommands().get("draw"),
                        "--rounds begins above the highest round, " + dag.highestRound());
            }
            String title = file.equals(STDIN)
                    ? "standard input"
                    : String.valueOf(Path.of(file).getFileName());
            RoundRange drawn = rounds == null ? RoundRange.ALL : rounds;
            try {
                write(DagDrawing.decided(title, dag).svg(drawn), out);
                return ExitCode.OK;
            } catch (SafetyViolationException e) {
                write(DagDrawing.broken(title, dag, e).svg(drawn), out);
                throw e;
            }
        });
    }

    private int answer(String file, Answer answer) {
        String name = file.equals(STDIN) ? "standard input" : file;
        DagFile dag;
        try {
            dag = DagFile.parse(read(file, name));
        } catch (IllegalDagException e) {
            complain(name + ": " + e.getMessage());
            return ExitCode.USAGE;
        }
        try {
            return answer.give(dag);
        } catch (SafetyViolationException e) {
            long round = e.first().round();
            complain(name + ": two vertices are certified in the leader slot of round " + round + ": "
                    + dag.vertexName(e.first()) + " and " + dag.vertexName(e.second())
                    + "\n  more than a third of the weight equivocates: no order can be trusted");
            return Meshlog.VERIFICATION_FAILED;
        }
    }

    private static String read(String file, String name) {
        try {
            byte[] bytes = file.equals(STDIN) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new UserError("there is no file " + name, "name a DAG in text form, or - for standard input", e);
        } catch (CharacterCodingException e) {
            throw new UserError(name + " is not UTF-8 text", "name a DAG in text form", e);
        } catch (IOException e) {
            throw new UserError("can't read " + name + ": " + e.getMessage(), "name a DAG in text form", e);
        }
    }

    private void write(String svg, @Nullable Path out) {
        if (out == null) {
            print(svg);
            return;
        }
        try {
            Files.writeString(out, svg);
        } catch (IOException e) {
            throw new UserError("can't write " + out + ": " + e.getMessage(), "choose another file with -o", e);
        }
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private void complain(String what) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(spec.commandLine().getColorScheme().errorText("error: " + what));
        err.flush();
    }
}
