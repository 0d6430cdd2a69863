package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.json.TerminalEscapes;
import dev.meshlog.streams.query.LogCursor;
import dev.meshlog.streams.query.PacketFilter;
import dev.meshlog.streams.query.PacketLog;
import dev.meshlog.streams.query.PortName;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import dev.meshlog.streams.query.TopicFeed;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "packets",
        mixinStandardHelpOptions = true,
        description = "Print the newest packets, each once, decoded as far as we can read them.")
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class PacketsCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int CONTENT_CHARS = 200;

    @Mixin
    private CommonOptions options;

    @Option(names = "--from", paramLabel = "NODE", description = "Only of this sender, named as for 'meshlog keys'.")
    private @Nullable String from;

    @Option(names = "--network", paramLabel = "NAME", description = "Only of this network.")
    private @Nullable String network;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "Only of this port: a number, or a name such as NODEINFO.")
    private @Nullable Integer port;

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            converter = Since.Converter.class,
            description = "Begin with those since: 48h, or a time such as 2026-11-21T05:00:00Z.")
    private @Nullable Since since;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "At most so many: the newest, or with --since the oldest (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--follow", description = "Then print packets as they come, until Ctrl-C.")
    private boolean follow;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit counts from 1");
        }
        try (StopSignal stop = StopSignal.install();
                var access = ClusterAccess.open(options)) {
            String sender = null;
            if (from != null) {
                Optional<String> node =
                        NodeArgument.one(spec, options.json, RadioTables.read(access.cluster()), from, network);
                if (node.isEmpty()) {
                    return NodeArgument.AMBIGUOUS;
                }
                sender = node.get();
            }
            var wanted = new PacketFilter(sender, network, port);
            LogCursor end;
            try (var log = new PacketLog(access.cluster(), Topics.PACKETS)) {
                PacketLog.Page page = since == null
                        ? log.newest(wanted, limit)
                        : log.behind(log.at(since.at()), wanted, limit, Integer.MAX_VALUE);
                page.records().forEach(this::print);
                end = page.next();
            }
            out().flush();
            if (follow) {
                follow(access.cluster(), end, wanted, stop);
            }
        }
        return 0;
    }

    private void follow(Cluster cluster, LogCursor place, PacketFilter wanted, StopSignal stop) {
        try (var feed = new TopicFeed(cluster, List.of(Topics.PACKETS))) {
            feed.seek(place);
            while (stop.requested().getCount() > 0) {
                feed.poll(POLL).stream().filter(wanted).forEach(this::print);
                if (out().checkError()) {
                    return;
                }
            }
        }
    }

    private void print(ConsumerRecord<String, byte[]> rec) {
        ObjectNode packet = RadioJson.record(rec);
        out().println(options.json ? RadioJson.text(packet) : line(packet));
    }

    private static String line(ObjectNode packet) {
        JsonNode reception = packet.path("reception");
        long to = packet.path("to").asLong();
        String port = packet.hasNonNull("portNum")
                ? PortName.of(packet.path("portNum").asInt())
                : "?";
        return TerminalEscapes.plain("%s %s > %s %s %s"
                .formatted(
                        RadioJson.time(Instant.ofEpochMilli(
                                reception.path("receivedAtMs").asLong())),
                        packet.path("key").asText(),
                        to == NodeNumber.BROADCAST ? "all" : NodeNumber.text(to),
                        port,
                        content(packet)));
    }

    private static String content(ObjectNode packet) {
        JsonNode payload = packet.path("payload");
        String text = packet.hasNonNull("payload")
                ? payload.isTextual() ? payload.textValue() : RadioJson.text(payload)
                : packet.path("encryption").asText();
        return text.length() <= CONTENT_CHARS ? text : text.substring(0, CONTENT_CHARS) + "…";
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    static final class PortConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return PortName.parse(value)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + value + "' is neither a number up to 511 nor a name such as NODEINFO"));
        }
    }
}
