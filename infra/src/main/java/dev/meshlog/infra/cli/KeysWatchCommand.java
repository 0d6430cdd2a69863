package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.json.TerminalEscapes;
import dev.meshlog.streams.query.KeyDecisions;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.TopicFeed;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Print key events and alerts as they come, until Ctrl-C.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeysWatchCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(500);

    @Mixin
    private CommonOptions options;

    @Option(names = "--network", paramLabel = "NAME", description = "Only of this network.")
    private @Nullable String network;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = Since.Converter.class,
            description = "Begin with those since: 48h, or a time (default: now).")
    private @Nullable Since since;

    @Option(names = "--max", paramLabel = "N", description = "End after so many.")
    private @Nullable Long max;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (StopSignal stop = StopSignal.install();
                var access = ClusterAccess.open(options);
                var feed = new TopicFeed(access.cluster(), List.of(Topics.KEY_EVENTS, Topics.ALERTS))) {
            feed.seek(since == null ? feed.end() : feed.at(since.at()));
            long printed = 0;
            while (stop.requested().getCount() > 0) {
                for (ConsumerRecord<String, byte[]> rec : feed.poll(POLL)) {
                    ObjectNode event = RadioJson.record(rec);
                    if (network != null && !network.equals(event.path("network").asText())) {
                        continue;
                    }
                    out.println(
                            options.json ? RadioJson.text(event.put("topic", rec.topic())) : line(rec.topic(), event));
                    if (out.checkError() || (max != null && ++printed >= max)) {
                        return 0;
                    }
                }
            }
        }
        return 0;
    }

    private static String line(String topic, ObjectNode event) {
        String time = RadioJson.time(Instant.ofEpochMilli(event.path("atMs").asLong()));
        String about = event.hasNonNull("node")
                ? NodeNumber.key(
                        event.path("network").asText(), event.path("node").asLong())
                : event.path("network").asText() + " " + event.path("link").asText("");
        String rest = topic.equals(Topics.ALERTS.name())
                ? "ALERT " + event.path("kind").asText() + ": "
                        + event.path("sentence").asText()
                : event.path("kind").asText() + " " + fingerprint(event) + " "
                        + event.path("source").asText()
                        + (event.hasNonNull("detail")
                                ? ": " + event.path("detail").asText()
                                : "");
        return TerminalEscapes.plain(time + " " + about + " " + rest);
    }

    private static String fingerprint(ObjectNode event) {
        return KeyDecisions.fingerprint(Hex.parse(event.path("key").asText("")));
    }
}
