package dev.meshlog.infra.cli;

import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.LinkEventKind;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "links",
        mixinStandardHelpOptions = true,
        description = {
            "Show the links to radios and brokers: state, rates of the last minutes, last error, what the radio said about itself.",
            "With --json one object a link, and one an event when following."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class LinksCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(300);
    private static final Set<LinkEventKind> TOTALS = Set.of(LinkEventKind.COUNTERS, LinkEventKind.STATUS);

    @Mixin
    private CommonOptions options;

    @Option(names = "--follow", description = "Then print what happens to them, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = "--hours",
            paramLabel = "N",
            defaultValue = "1",
            description = "How far back to look for links that have ended (default: ${DEFAULT-VALUE}).")
    private int hours;

    @Spec
    private CommandSpec spec;

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (StopSignal stop = StopSignal.install();
                var access = ClusterAccess.open(options)) {
            Cluster cluster = access.cluster();
            try (Consumer<String, LinkEvent> consumer = cluster.consumerToEnd(Topics.LINKS)) {
                List<TopicPartition> partitions = TopicReader.partitions(consumer, Topics.LINKS);
                consumer.assign(partitions);
                seek(consumer, partitions, clock.instant().minus(Duration.ofHours(hours)));
                var board = new LinkBoard();
                TopicReader.readToEnd(consumer, partitions, rec -> take(board, rec));
                if (board.isEmpty() && !options.json) {
                    out.println("no link said anything in the last " + hours
                            + " h; radio.links in meshlog.yaml names them, 'meshlog up' runs them");
                }
                board.print(out, options.json, clock.instant());
                while (follow && stop.requested().getCount() > 0 && !out.checkError()) {
                    consumer.poll(POLL).forEach(rec -> tell(out, rec));
                }
            }
        }
        return 0;
    }

    private static void take(LinkBoard board, ConsumerRecord<String, LinkEvent> rec) {
        if (rec.value() != null) {
            board.take(rec.value());
        }
    }

    private void tell(PrintWriter out, ConsumerRecord<String, LinkEvent> rec) {
        LinkEvent event = rec.value();
        if (event == null || TOTALS.contains(event.getKind())) {
            return;
        }
        if (options.json) {
            out.println(CommonOptions.toJson(Map.of(
                    "at", event.getAtMs().toString(),
                    "link", event.getLink(),
                    "network", event.getNetwork(),
                    "event", event.getKind().name(),
                    "detail", LinkBoard.plain(event.getDetail()))));
        } else {
            out.printf(
                    "%s  %-16s %-11s %s%n",
                    event.getAtMs(), event.getLink(), event.getKind(), LinkBoard.plain(event.getDetail()));
        }
    }

    private static void seek(Consumer<?, ?> consumer, List<TopicPartition> partitions, Instant from) {
        var times = new HashMap<TopicPartition, Long>();
        partitions.forEach(partition -> times.put(partition, from.toEpochMilli()));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
        for (TopicPartition partition : partitions) {
            OffsetAndTimestamp at = found.get(partition);
            consumer.seek(partition, at == null ? ends.getOrDefault(partition, 0L) : at.offset());
        }
    }
}
