package dev.meshlog.infra.cli;

import dev.meshlog.infra.topics.RecordReader;
import dev.meshlog.infra.topics.StartPoint;
import dev.meshlog.schemas.json.RecordJson;
import dev.meshlog.schemas.json.RecordLine;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "cat",
        mixinStandardHelpOptions = true,
        description = {
            "Print the records of a topic, one a line: the key, a tab, the value as JSON.",
            "With --json each line is one object, with topic, partition, offset and timestamp too."
        })
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class TopicsCatCommand implements Callable<Integer> {
    private static final RecordLine LINE = RecordLine.of(RecordLine.Column.KEY, RecordLine.Column.VALUE);

    @Mixin
    private CommonOptions options;

    @Parameters(paramLabel = "TOPIC", description = "Any topic of the cluster, also one of Kafka Streams' own.")
    private String topic;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            defaultValue = "beginning",
            converter = StartPointConverter.class,
            description =
                    "beginning, end, an offset, or a time such as 2026-11-21T05:00:00Z (default: ${DEFAULT-VALUE}).")
    private StartPoint from;

    @Option(names = "--partition", paramLabel = "N", description = "Only this partition.")
    private @Nullable Integer partition;

    @Option(names = "--max", paramLabel = "N", description = "End after so many records.")
    private @Nullable Long max;

    @Option(names = "--follow", description = "Do not end at the end: wait for records, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--key", paramLabel = "KEY", description = "Only records with this key, written as it is printed.")
    private @Nullable String key;

    @Option(
            names = "--isolation",
            paramLabel = "LEVEL",
            defaultValue = "read_committed",
            description = "read_committed or read_uncommitted (default: ${DEFAULT-VALUE}).")
    private IsolationLevel isolation;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if ((partition != null && partition < 0) || (max != null && max < 1)) {
            throw new ParameterException(spec.commandLine(), "--partition counts from 0, --max from 1");
        }
        try (StopSignal stop = StopSignal.install();
                var access = ClusterAccess.openEmpty(options)) {
            new RecordReader(topic, from, partition, isolation, follow)
                    .read(
                            access.cluster(),
                            printer(new RecordJson(access.cluster())),
                            () -> stop.requested().getCount() == 0);
        }
        return 0;
    }

    private Predicate<ConsumerRecord<byte @Nullable [], byte @Nullable []>> printer(RecordJson json) {
        PrintWriter out = spec.commandLine().getOut();
        return new Predicate<>() {
            private long printed;

            @Override
            public boolean test(ConsumerRecord<byte @Nullable [], byte @Nullable []> rec) {
                if (key != null && (rec.key() == null || !key.equals(RecordJson.key(rec.key())))) {
                    return true;
                }
                out.print(options.json ? json.record(rec) + "\n" : LINE.of(rec, json));
                printed++;
                // It flushes; and whoever closed the other end, like head, wants no more.
                return !out.checkError() && (max == null || printed < max);
            }
        };
    }

    static final class StartPointConverter implements ITypeConverter<StartPoint> {
        @Override
        public StartPoint convert(String value) {
            try {
                return StartPoint.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
