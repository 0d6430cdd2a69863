package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.streams.query.NodeLookup;
import dev.meshlog.streams.query.RadioTables;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "push",
        mixinStandardHelpOptions = true,
        description = {"Give radios the key of one node.", "Exit code 1: it has not arrived everywhere."})
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeysPushCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Parameters(paramLabel = "NODE", description = "As for 'meshlog keys'.")
    private String wanted;

    @Mixin
    private KeyRequest request;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return request.ask(options, spec, this::node);
    }

    private KeyRequest.@Nullable Wanted node(RadioTables tables) {
        String node = NodeArgument.one(spec, options.json, tables, wanted, request.network())
                .orElse(null);
        if (node == null) {
            return null;
        }
        String number = node.substring(node.lastIndexOf('/') + 1);
        if (tables.keys().get(node) == null) {
            throw new UserError(node + " has no key to give", "'meshlog keys " + number + "' says why");
        }
        return new KeyRequest.Wanted(
                NodeLookup.networkOf(node), KeyPush.newBuilder().setNode(NodeNumber.parse(number)));
    }
}
