package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.client.ObjectText;
import dev.meshlog.infra.client.ProvenEntry.NotProvenException;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "ledger",
        mixinStandardHelpOptions = true,
        description = {
            "Questions to the ledger, and the way out of its validators.",
            "All but 'status' need a running Meshlog: the one of the data directory, or the one named with --url."
        },
        subcommands = LeaveCommand.class,
        synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class LedgerCommand {
    @Spec
    private CommandSpec spec;

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = {
                "Newest commit, checkpoint and snapshots.",
                "With --url or --at the running Meshlog is asked, else the topics are read, whether one runs or not."
            })
    int status(@Mixin CommonOptions options, @Mixin HttpOptions http, @Mixin ProofOptions proof) {
        if (http.url != null || proof.isAsked()) {
            return answer(options, http, ledger -> proof.ask(ledger, options, "/status", StateKey.chain()));
        }
        var status = LedgerStatus.read(options);
        var out = spec.commandLine().getOut();
        if (options.json) {
            out.println(CommonOptions.toJson(status));
        } else {
            status.forEach((name, value) -> out.printf("%-18s %s%n", name, value));
        }
        out.flush();
        return 0;
    }

    @Command(name = "object", mixinStandardHelpOptions = true, description = "One object by its id.")
    int object(
            @Mixin CommonOptions options,
            @Mixin HttpOptions http,
            @Mixin ProofOptions proof,
            @Parameters(paramLabel = "ID", description = "64 hex digits.") String id) {
        Hash object = ObjectText.id(id);
        return answer(
                options, http, ledger -> proof.ask(ledger, options, "/objects/" + object, StateKey.object(object)));
    }

    @Command(name = "objects", mixinStandardHelpOptions = true, description = "The objects and coins of an owner.")
    int objects(
            @Mixin CommonOptions options,
            @Mixin HttpOptions http,
            @Parameters(paramLabel = "KEY", description = "The owner's public key, 64 hex digits.") String owner,
            @Option(names = "--kind", paramLabel = "KIND", description = "coin or content (default: both).") @Nullable String kind) {
        Hash key = ObjectText.id(owner);
        var out = spec.commandLine().getOut();
        try (HttpLedger ledger = http.open(options)) {
            String next = "";
            do {
                JsonNode page = ledger.get("/objects?owner=" + key
                        + (kind == null ? "" : "&kind=" + kind.replaceAll("[^a-z]", "_")) + next);
                for (JsonNode object : page.path("objects")) {
                    out.println(options.json ? object.toString() : JsonText.line(object));
                }
                next = page.has("next") ? "&next=" + page.path("next").asText() : "";
            } while (!next.isEmpty() && !out.checkError());
        }
        out.flush();
        return 0;
    }

    @Command(name = "tx", mixinStandardHelpOptions = true, description = "What became of a transaction.")
    int transaction(
            @Mixin CommonOptions options,
            @Mixin HttpOptions http,
            @Parameters(paramLabel = "ID", description = "64 hex digits.") String id) {
        return answer(options, http, ledger -> ledger.get("/transactions/" + ObjectText.id(id)));
    }

    @Command(name = "commit", mixinStandardHelpOptions = true, description = "A commit, or the newest one.")
    int commit(
            @Mixin CommonOptions options,
            @Mixin HttpOptions http,
            @Parameters(paramLabel = "INDEX", arity = "0..1", description = "Default: the newest.") @Nullable Long index) {
        return answer(options, http, ledger -> ledger.get("/commits/" + (index == null ? "newest" : index)));
    }

    @Command(
            name = "validators",
            mixinStandardHelpOptions = true,
            description = "The sets of validators with the first epoch that each holds for.")
    int validators(@Mixin CommonOptions options, @Mixin HttpOptions http, @Mixin ProofOptions proof) {
        return answer(options, http, ledger -> proof.ask(ledger, options, "/validators", StateKey.validators()));
    }

    /** Something to ask the running Meshlog. */
    @FunctionalInterface
    private interface Asked {
        JsonNode of(HttpLedger ledger) throws NotProvenException;
    }

    private int answer(CommonOptions options, HttpOptions http, Asked question) {
        Logging.toConsole(options.verbose, options.json);
        var out = spec.commandLine().getOut();
        try (HttpLedger ledger = http.open(options)) {
            JsonNode answer = question.of(ledger);
            if (options.json) {
                out.println(answer);
            } else {
                JsonText.print(out, answer);
            }
            out.flush();
            return 0;
        } catch (NotProvenException e) {
            var err = spec.commandLine().getErr();
            err.println("error: the answer is not proven, nothing is printed: " + e.getMessage());
            err.flush();
            return Meshlog.VERIFICATION_FAILED;
        }
    }
}
