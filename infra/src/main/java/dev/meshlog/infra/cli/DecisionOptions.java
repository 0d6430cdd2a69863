package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.streams.query.KeyDecisions;
import dev.meshlog.streams.query.KeyDecisions.RefusedException;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import dev.meshlog.streams.query.RadioView;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A decision about a node's key: written into its topic, and then awaited in the table. */
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class DecisionOptions {
    private static final Duration LOOK = Duration.ofMillis(50);

    @Parameters(paramLabel = "NODE", description = "As for 'meshlog keys'.")
    private String wanted;

    @Option(names = "--network", paramLabel = "NAME", description = "Only nodes of this network.")
    private @Nullable String network;

    @Option(names = "--key", paramLabel = "HEX", description = "The key that is meant, when there are several.")
    private @Nullable String key;

    @Option(names = "--fingerprint", paramLabel = "HEX", description = "The same by the beginning of its fingerprint.")
    private @Nullable String fingerprint;

    @Option(names = "--by", paramLabel = "NAME", description = "Who decides (default: you).")
    private @Nullable String by;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept with the decision.")
    private @Nullable String reason;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long the table may take to show it (default: ${DEFAULT-VALUE}).")
    private int waitSeconds;

    int decide(KeyDecisionKind kind, CommonOptions options, CommandSpec spec) {
        if (key != null && fingerprint != null) {
            throw new UserError("--key and --fingerprint exclude each other", "name the key by one of them");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (var access = ClusterAccess.open(options);
                var view = new RadioView(access.cluster())) {
            view.start();
            await(() -> view.tables().isPresent(), Duration.ofMinutes(1));
            RadioTables tables = view.tables()
                    .orElseThrow(() -> new UserError("the tables can't be read", "the log tells more: --verbose"));
            Optional<String> node = NodeArgument.one(spec, options.json, tables, wanted, network);
            if (node.isEmpty()) {
                return NodeArgument.AMBIGUOUS;
            }
            PublicKeyEntry entry = tables.keys().get(node.get());
            if (entry == null) {
                throw new UserError(
                        node.get() + " has no key to decide about", "'meshlog keys " + wanted + "' says why");
            }
            KeyDecision decision = decision(kind, entry);
            var answer = RadioJson.object();
            answer.set("before", RadioJson.keyInFull(tables, node.get()));
            if (!options.json) {
                out.println("before:");
                new KeyText(out).print(answer.path("before"));
                out.flush();
            }
            RecordMetadata written = write(access.cluster(), decision);
            boolean shown = !access.isAlone()
                    && await(
                            () -> KeyDecisions.isShown(decision, tables.keys().get(node.get())),
                            Duration.ofSeconds(waitSeconds));
            answer.putObject("decision")
                    .put("kind", kind.name())
                    .put("topic", written.topic())
                    .put("partition", written.partition())
                    .put("offset", written.offset());
            answer.put("shown", shown);
            answer.set("after", shown ? RadioJson.keyInFull(tables, node.get()) : null);
            if (options.json) {
                out.println(RadioJson.text(answer));
            } else {
                out.printf("%nwritten to %s-%d@%d%n", written.topic(), written.partition(), written.offset());
                if (shown) {
                    out.println("\nafter:");
                    new KeyText(out).print(answer.path("after"));
                } else if (access.isAlone()) {
                    out.println("The table shows it once 'meshlog up' runs.");
                }
            }
            out.flush();
            if (!shown && !access.isAlone()) {
                throw new UserError(
                        "the decision is written, but the table does not show it after " + waitSeconds + " s",
                        "do the radio tables run? They take it up when they do");
            }
            return 0;
        }
    }

    private KeyDecision decision(KeyDecisionKind kind, PublicKeyEntry entry) {
        try {
            return KeyDecisions.of(
                    kind,
                    entry,
                    key == null ? fingerprint : key,
                    by == null ? System.getProperty("user.name", "operator") : by,
                    reason,
                    Clock.systemUTC().instant());
        } catch (RefusedException e) {
            throw new UserError(
                    String.valueOf(e.getMessage()),
                    "'meshlog keys " + NodeNumber.text(entry.getNode()) + "' shows what is known",
                    e);
        }
    }

    private static RecordMetadata write(Cluster cluster, KeyDecision decision) {
        try (var producer = cluster.producer()) {
            return producer.send(new ProducerRecord<>(
                            Topics.KEY_DECISIONS.name(),
                            NodeNumber.key(decision.getNetwork(), decision.getNode()),
                            Cluster.encode(Topics.KEY_DECISIONS, decision)))
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the decision could not be written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while deciding", e);
        }
    }

    private static boolean await(BooleanSupplier condition, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(LOOK.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
