package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.json.TerminalEscapes;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.streams.query.LinkState;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import dev.meshlog.streams.query.RadioView;
import dev.meshlog.streams.query.TopicFeed;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** A request to the links of radios: written into {@code radio.key-pushes}, and followed there until each has finished it. */
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class KeyRequest {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration READ = Duration.ofMinutes(1);
    /** A link that a program has open tells where it stands at least once a minute, with a radio or without. */
    private static final Duration ALIVE = Duration.ofMinutes(5);
    /** The fact that only links to radios have. */
    private static final String FACT = "keys";

    private static final Set<String> INTERESTING =
            Set.of("PLANNED", "ACKNOWLEDGED", "FAILED", "CANCELLED", "REFUSED", "FINISHED");

    @Option(names = "--link", paramLabel = "NAME", description = "Only the radio of this link (default: every radio).")
    private @Nullable String link;

    @Option(names = "--network", paramLabel = "NAME", description = "Only radios of this network.")
    private @Nullable String network;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long the radios may take (default: ${DEFAULT-VALUE}).")
    private int waitSeconds;

    /**
     * What is asked for.
     *
     * @param network of the node, if there is one
     */
    record Wanted(@Nullable String network, KeyPush.Builder request) {}

    @Nullable String network() {
        return network;
    }

    /** @param wanted null when several nodes fit, which was said */
    int ask(CommonOptions options, CommandSpec spec, Function<RadioTables, @Nullable Wanted> wanted) {
        PrintWriter out = spec.commandLine().getOut();
        try (var access = ClusterAccess.open(options);
                var view = new RadioView(access.cluster())) {
            if (access.isAlone()) {
                throw new UserError("no Meshlog is running that could reach a radio", "start it with 'meshlog up'");
            }
            view.start();
            RadioTables tables = read(view);
            Wanted request = wanted.apply(tables);
            if (request == null) {
                return NodeArgument.AMBIGUOUS;
            }
            List<LinkState> links = links(tables, request, spec.commandLine().getErr());
            try (var feed = new TopicFeed(access.cluster(), List.of(Topics.KEY_PUSHES))) {
                feed.seek(feed.end());
                String id = UUID.randomUUID().toString();
                write(access.cluster(), links, request.request().setRequest(id));
                return follow(feed, links, id, options.json, out);
            }
        }
    }

    private List<LinkState> links(RadioTables tables, Wanted request, PrintWriter err) {
        Instant now = Clock.systemUTC().instant();
        List<LinkState> links = tables.links().values().stream()
                .filter(each -> each.facts().containsKey(FACT))
                .filter(each -> link == null || link.equals(each.link()))
                .filter(each -> network == null || network.equals(each.network()))
                .filter(each -> request.network() == null || request.network().equals(each.network()))
                .filter(each -> link != null || isAlive(each, now, err))
                .toList();
        if (links.isEmpty()) {
            throw new UserError(
                    "no link to a radio fits" + (link == null ? "" : " the name '" + link + "'"),
                    "'meshlog links' lists them; only those of type tcp and serial can be given keys");
        }
        return links;
    }

    /** A link that was removed from the configuration would never finish. */
    private static boolean isAlive(LinkState link, Instant now, PrintWriter err) {
        boolean alive = !link.newest().isBefore(now.minus(ALIVE));
        if (!alive) {
            err.println(TerminalEscapes.plain("left out: " + link.link() + ", nothing was heard of it for "
                    + Duration.between(link.newest(), now).toMinutes() + " minutes; --link " + link.link()
                    + " asks it"));
            err.flush();
        }
        return alive;
    }

    private int follow(TopicFeed feed, List<LinkState> links, String id, boolean json, PrintWriter out) {
        var waiting = new TreeSet<>(links.stream().map(LinkState::link).toList());
        boolean well = true;
        long end = System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos();
        while (!waiting.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new UserError(
                        "the radio of " + String.join(", ", waiting) + " has not finished after " + waitSeconds + " s",
                        "the request stands: it is done as soon as the radio can be reached; 'meshlog links' shows whether");
            }
            for (ConsumerRecord<String, byte[]> rec : feed.poll(POLL)) {
                ObjectNode event = RadioJson.record(rec);
                String kind = event.path("kind").asText();
                if (!event.path("request").asText().equals(id) || !INTERESTING.contains(kind)) {
                    continue;
                }
                out.println(json ? RadioJson.text(event) : line(event, kind));
                out.flush();
                if (kind.equals("FINISHED")) {
                    waiting.remove(event.path("link").asText());
                    well &= event.path("counters").path("failed").asLong() == 0
                            && event.path("counters").path("refused").asLong() == 0;
                }
            }
        }
        return well ? 0 : Meshlog.FAILED;
    }

    private static String line(ObjectNode event, String kind) {
        String of = event.path("link").asText() + ": ";
        String why = event.hasNonNull("detail") ? ": " + event.path("detail").asText() : "";
        if (kind.equals("FINISHED")) {
            var counters = event.path("counters");
            return TerminalEscapes.plain(
                    of + "finished; wanted " + counters.path("wanted").asLong() + ", known "
                            + counters.path("known").asLong() + ", pushed "
                            + counters.path("pushed").asLong() + ", acknowledged "
                            + counters.path("acknowledged").asLong() + ", failed "
                            + counters.path("failed").asLong() + ", refused "
                            + counters.path("refused").asLong() + why);
        }
        return TerminalEscapes.plain(
                of + NodeNumber.text(event.path("node").asLong()) + " " + kind.toLowerCase(Locale.ROOT) + why);
    }

    private static void write(Cluster cluster, List<LinkState> links, KeyPush.Builder request) {
        Instant now = Clock.systemUTC().instant();
        try (var producer = cluster.producer()) {
            for (LinkState each : links) {
                KeyPush asked = request.setKind(KeyPushKind.ASKED)
                        .setCause(KeyPushCause.OPERATOR)
                        .setNetwork(each.network())
                        .setLink(each.link())
                        .setAtMs(now)
                        .build();
                producer.send(new ProducerRecord<>(
                                Topics.KEY_PUSHES.name(), each.link(), Cluster.encode(Topics.KEY_PUSHES, asked)))
                        .get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the request could not be written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking", e);
        }
    }

    private static RadioTables read(RadioView view) {
        long end = System.nanoTime() + READ.toNanos();
        while (view.tables().isEmpty()) {
            if (System.nanoTime() > end) {
                throw new UserError("the tables can't be read", "the log tells more: --verbose");
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while reading the tables", e);
            }
        }
        return view.tables().orElseThrow();
    }
}
