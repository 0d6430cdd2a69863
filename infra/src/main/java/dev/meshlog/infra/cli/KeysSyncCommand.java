package dev.meshlog.infra.cli;

import dev.meshlog.schemas.radio.KeyPush;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "sync",
        mixinStandardHelpOptions = true,
        description = {
            "Give radios the keys that they lack, whatever the policy of their links.",
            "Exit code 1: not all of them have arrived."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeysSyncCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Mixin
    private KeyRequest request;

    @Option(names = "--force", description = "Read the radio's list again first, instead of believing what it said.")
    private boolean force;

    @Option(names = "--dry-run", description = "Only print which keys would be given.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return request.ask(
                options,
                spec,
                tables -> new KeyRequest.Wanted(
                        null, KeyPush.newBuilder().setForce(force).setDryRun(dryRun)));
    }
}
