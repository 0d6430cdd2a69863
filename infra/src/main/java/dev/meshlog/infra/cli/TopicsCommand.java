package dev.meshlog.infra.cli;

import dev.meshlog.infra.topics.TopicListing;
import dev.meshlog.infra.topics.TopicProvisioning;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        subcommands = TopicsCatCommand.class,
        description = "List the topics of the catalogue with what is in them.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class TopicsCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (var access = ClusterAccess.openEmpty(options);
                Admin admin = access.cluster().admin()) {
            List<TopicListing.Row> rows = new TopicListing(admin).rows();
            if (options.json) {
                out().println(CommonOptions.toJson(rows));
                return 0;
            }
            out().printf(
                            "%-28s %-20s %-20s %4s %-8s %12s %12s%n",
                            "TOPIC", "KEY", "VALUE", "PART", "CLEANUP", "OFFSETS", "BYTES");
            for (TopicListing.Row row : rows) {
                out().printf(
                                "%-28s %-20s %-20s %4d %-8s %12s %12s%n",
                                row.topic(),
                                row.key(),
                                row.value(),
                                row.partitions(),
                                row.cleanup(),
                                row.exists() ? Long.toString(row.offsets()) : "missing",
                                row.exists() ? Long.toString(row.bytes()) : "");
            }
            return 0;
        }
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description = "Make the topics that are missing, set what differs.")
    int apply(@Mixin CommonOptions own) {
        try (var access = ClusterAccess.openEmpty(own);
                Admin admin = access.cluster().admin()) {
            print(
                    own,
                    new TopicProvisioning(admin).apply(),
                    "done",
                    "nothing to do: the topics are as the catalogue says");
            return 0;
        }
    }

    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = "Show where the topics differ from the catalogue; exit code 3 if they do.")
    int diff(@Mixin CommonOptions own) {
        try (var access = ClusterAccess.openEmpty(own);
                Admin admin = access.cluster().admin()) {
            List<TopicProvisioning.Drift> drifts = new TopicProvisioning(admin).diff();
            print(own, drifts, "differs", "no difference");
            return drifts.isEmpty() ? 0 : Meshlog.VERIFICATION_FAILED;
        }
    }

    private void print(CommonOptions own, List<TopicProvisioning.Drift> drifts, String word, String none) {
        if (own.json) {
            out().println(CommonOptions.toJson(drifts));
        } else if (drifts.isEmpty()) {
            out().println(none);
        } else {
            drifts.forEach(drift -> out().printf(
                            "%s: %s %s: wanted %s, was %s%n",
                            word, drift.topic(), drift.what(), drift.wanted(), drift.actual()));
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
