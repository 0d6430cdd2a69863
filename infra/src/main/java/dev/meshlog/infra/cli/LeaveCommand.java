package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.infra.UserError;
import dev.meshlog.infra.client.Draft;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.Departure;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "leave",
        mixinStandardHelpOptions = true,
        description = {
            "Cease to be a validator: what was taken in comes back as a coin.",
            "The node counts for two more epochs at most, and has to run until then. It is not registered again when it starts, but with 'up --register'."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class LeaveCommand implements Callable<Integer> {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(500);

    @Mixin
    private CommonOptions options;

    @Mixin
    private HttpOptions http;

    @Mixin
    private GenesisOption genesis;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description =
                    "The node's key (default: that of the configuration, else keys/validator.pem of the data directory).")
    private @Nullable Path keyFile;

    @Option(names = "--wait", description = "End when the node no longer counts.")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Wait so long for the commit (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Logging.toConsole(options.verbose, options.json);
        SigningKey key = LedgerIdentity.readKey(keyFile == null ? configuredKey() : keyFile);
        GenesisConfig network = genesis.read(options);
        if (!Files.isDirectory(options.data)) {
            throw new UserError(
                    "there is no data directory " + options.data,
                    "name the node's with --data: what is noted there keeps the node from registering again");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (HttpLedger ledger = http.open(options)) {
            checkMembership(ledger, key.publicKey());
            // First, since nobody knows what happens to this command: the note means nothing while the key is in the
            // set.
            new Departure(options.data, key.publicKey()).note();
            var following = new TxFollowing(
                    ledger, network, Duration.ofSeconds(Math.max(1, timeoutSeconds)), out, options.json);
            TxFollowing.Outcome outcome = following.follow(Draft.deregister(ledger.stake(key.publicKey())), key, false);
            if (!options.json) {
                following.tell(outcome);
            }
            ObjectNode printed = outcome.json();
            if (outcome.isExecuted()) {
                afterwards(ledger, network, key.publicKey(), printed);
            }
            if (options.json) {
                out.println(printed);
                out.flush();
            }
            return outcome.exitCode();
        }
    }

    private Path configuredKey() {
        return Optional.ofNullable(
                        MeshlogConfig.find(null, options.data).ledger().key())
                .map(Path::of)
                .orElseGet(() -> options.data.resolve("keys").resolve("validator.pem"));
    }

    private void checkMembership(HttpLedger ledger, Hash key) {
        JsonNode sets = ledger.get("/validators").path("sets");
        JsonNode newest = sets.path(sets.size() - 1);
        if (!isIn(newest, key)) {
            throw new UserError(
                    "the key " + key + " is no validator's" + (counts(ledger, sets, key) ? ": it left already" : ""),
                    "'meshlog ledger validators' lists those who are");
        }
        if (newest.path("validators").size() == 1) {
            throw new UserError(
                    "the key " + key + " is the last validator's, and a network needs one",
                    "wait until another one is registered: 'meshlog ledger validators' lists them");
        }
        if (http.url == null && !counts(ledger, sets, key)) {
            throw new UserError(
                    "the key " + key + " counts only from epoch "
                            + newest.path("fromEpoch").asText() + " on, until then this node produces nothing",
                    "try again then, or name another validator's Meshlog with --url");
        }
    }

    private void afterwards(HttpLedger ledger, GenesisConfig network, Hash key, ObjectNode printed)
            throws InterruptedException {
        long until = leavesFrom(ledger.get("/validators").path("sets"), key);
        long firstRound = until * network.epochLength();
        long rounds = Math.max(0, firstRound - ledger.round());
        printed.put("countsUntilEpoch", until).put("countsForRounds", rounds);
        say("no longer a validator from epoch %d on, in about %d rounds; the node has to run until then"
                .formatted(until, rounds));
        if (wait) {
            while (ledger.round() < firstRound) {
                Thread.sleep(BETWEEN_QUESTIONS.toMillis());
            }
            printed.put("countsForRounds", 0);
            say("epoch " + until + " has begun: the node may stop, or go on and follow");
        }
    }

    private void say(String line) {
        if (!options.json) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(line);
            out.flush();
        }
    }

    /** The first epoch of the newest sets without the key. */
    private static long leavesFrom(JsonNode sets, Hash key) {
        long from = 0;
        for (int i = sets.size() - 1; i >= 0 && !isIn(sets.path(i), key); i--) {
            from = sets.path(i).path("fromEpoch").asLong();
        }
        return from;
    }

    /** Whether the key is in the set of the current epoch. */
    private static boolean counts(HttpLedger ledger, JsonNode sets, Hash key) {
        long epoch = ledger.get("/status").path("epoch").asLong();
        boolean isIn = false;
        for (JsonNode set : sets) {
            if (set.path("fromEpoch").asLong() <= epoch) {
                isIn = isIn(set, key);
            }
        }
        return isIn;
    }

    private static boolean isIn(JsonNode set, Hash key) {
        for (JsonNode member : set.path("validators")) {
            if (member.path("publicKey").asText().equals(key.hex())) {
                return true;
            }
        }
        return false;
    }
}
