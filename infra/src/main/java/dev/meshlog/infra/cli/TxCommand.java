package dev.meshlog.infra.cli;

import dev.meshlog.infra.client.Draft;
import dev.meshlog.infra.client.LedgerAccess;
import dev.meshlog.infra.client.ObjectText;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.ObjectRef;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        description = {
            "Sign a transaction with a key file, send it and follow it to its result.",
            "It goes to the Meshlog of the data directory, to --url, or with --bootstrap-servers into Kafka; then objects are written as ID@VERSION."
        },
        synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class TxCommand {
    @Spec
    private CommandSpec spec;

    /** What a transaction is to do, once it is known what is there. */
    @FunctionalInterface
    private interface Drafting {
        Draft of(LedgerAccess ledger, SigningKey sender);
    }

    @Command(name = "keygen", mixinStandardHelpOptions = true, description = "Make a key of a sender.")
    int keygen(
            @Mixin CommonOptions options,
            @Parameters(paramLabel = "FILE", description = "Is made, readable by its owner alone.") Path file) {
        Hash publicKey = LedgerIdentity.createKey(file).publicKey();
        var out = spec.commandLine().getOut();
        out.println(
                options.json
                        ? CommonOptions.toJson(Map.of("file", file.toString(), "publicKey", publicKey.hex()))
                        : publicKey.hex());
        out.flush();
        return 0;
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Create an object.")
    int create(@Mixin TxOptions options, @Mixin ContentOptions content) {
        return send(options, (ledger, sender) -> Draft.create(content.read()));
    }

    @Command(name = "set", mixinStandardHelpOptions = true, description = "Give an object another content.")
    int set(
            @Mixin TxOptions options,
            @Mixin ContentOptions content,
            @Parameters(paramLabel = "OBJECT", description = "Its id.") String object) {
        return send(options, (ledger, sender) -> Draft.set(ledger.reference(object), content.read()));
    }

    @Command(
            name = "transfer",
            mixinStandardHelpOptions = true,
            description = "Hand an object or a whole coin to another owner.")
    int transfer(
            @Mixin TxOptions options,
            @Parameters(paramLabel = "OBJECT", description = "Its id.") String object,
            @Parameters(paramLabel = "OWNER", description = "The new owner's public key.") String owner) {
        return send(options, (ledger, sender) -> Draft.transfer(ledger.reference(object), ObjectText.id(owner)));
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Delete an object.")
    int delete(@Mixin TxOptions options, @Parameters(paramLabel = "OBJECT", description = "Its id.") String object) {
        return send(options, (ledger, sender) -> Draft.delete(ledger.reference(object)));
    }

    @Command(
            name = "split",
            mixinStandardHelpOptions = true,
            description = "Make new coins out of one, which keeps the rest.")
    int split(
            @Mixin TxOptions options,
            @Parameters(paramLabel = "COIN", description = "Its id.") String coin,
            @Parameters(paramLabel = "AMOUNT", arity = "1..256", description = "Of each new coin.")
                    List<Long> amounts) {
        return send(options, (ledger, sender) -> Draft.split(ledger.reference(coin), amounts));
    }

    @Command(
            name = "merge",
            mixinStandardHelpOptions = true,
            description = "Make one coin of several: the first takes what is in the others.")
    int merge(
            @Mixin TxOptions options,
            @Parameters(paramLabel = "COIN", arity = "2..256", description = "Their ids.") List<String> coins) {
        return send(
                options,
                (ledger, sender) ->
                        Draft.merge(coins.stream().map(ledger::reference).toList()));
    }

    @Command(
            name = "pay",
            mixinStandardHelpOptions = true,
            description = "Give somebody a new coin out of one of yours.")
    int pay(
            @Mixin TxOptions options,
            @Parameters(paramLabel = "RECEIVER", description = "Public key.") String receiver,
            @Parameters(paramLabel = "AMOUNT") long amount,
            @Option(
                            names = "--coin",
                            paramLabel = "COIN",
                            description = "Out of this one (default: the smallest that holds the amount).")
                    @Nullable String coin) {
        if (amount < 1) {
            throw new ParameterException(spec.commandLine(), "an amount is at least 1");
        }
        return send(options, (ledger, sender) -> {
            Hash to = ObjectText.id(receiver);
            ObjectRef from =
                    coin != null ? ledger.reference(coin) : Draft.coinFor(amount, ledger.coins(sender.publicKey()));
            return Draft.pay(from, to, amount);
        });
    }

    @Command(
            name = "register",
            mixinStandardHelpOptions = true,
            description = "Become a validator: the coin is taken in, its amount is the weight.")
    int register(
            @Mixin TxOptions options,
            @Parameters(paramLabel = "ADDRESS", description = "Gossip address, HOST:PORT.") String address,
            @Option(names = "--coin", paramLabel = "COIN", required = true, description = "Its id.") String coin) {
        return send(options, (ledger, sender) -> Draft.register(ledger.reference(coin), address));
    }

    @Command(
            name = "deregister",
            mixinStandardHelpOptions = true,
            description = "Cease to be a validator: what was taken in comes back as a coin.")
    int deregister(@Mixin TxOptions options) {
        return send(options, (ledger, sender) -> Draft.deregister(ledger.stake(sender.publicKey())));
    }

    private int send(TxOptions options, Drafting drafting) {
        var sender = options.key();
        var network = options.network();
        try (LedgerAccess ledger = options.open()) {
            Draft draft = drafting.of(ledger, sender);
            var following = new TxFollowing(
                    ledger, network, options.timeout(), spec.commandLine().getOut(), options.common().json);
            return following.send(draft, sender, options.noWait);
        }
    }
}
