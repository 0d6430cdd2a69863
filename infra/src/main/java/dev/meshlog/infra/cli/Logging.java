package dev.meshlog.infra.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.FilterReply;
import ch.qos.logback.core.util.FileSize;
import dev.meshlog.infra.broker.EmbeddedBroker;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: warnings (with {@code --verbose} everything of Meshlog) to standard error, everything to a file of the data directory once
 * there is one. Lines carry network and link where they have one.
 */
final class Logging {
    private static final String CONSOLE =
            "%d{HH:mm:ss} %-5level %replace([%X{network}/%X{link}] ){'\\[/\\] ', ''}%msg%n%nopex";
    private static final String FILE =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{24} %replace([%X{network}/%X{link}] ){'\\[/\\] ', ''}%msg%n";

    /** How the embedded broker's controller begins a complaint about time. */
    private static final String SLOW_MACHINE = "Exceptionally slow controller event";

    private Logging() {}

    static void toConsole(boolean verbose, boolean json) {
        LoggerContext context = context();
        context.reset();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger("dev.meshlog").setLevel(verbose ? Level.DEBUG : Level.INFO);
        quieten(context);
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setTarget("System.err");
        var forPeople = new ForPeople(verbose);
        forPeople.start();
        console.addFilter(forPeople);
        start(context, console, "console", json ? new JsonEncoder() : pattern(context, CONSOLE));
    }

    /** From now on also into {@code directory/meshlog.log}; at most 4 files of 16 MiB. */
    static void toFile(Path directory, boolean json) {
        LoggerContext context = context();
        var file = new RollingFileAppender<ILoggingEvent>();
        file.setContext(context);
        file.setFile(directory.resolve("meshlog.log").toString());
        var window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(file);
        window.setFileNamePattern(directory.resolve("meshlog.%i.log").toString());
        window.setMaxIndex(3);
        window.start();
        var trigger = new SizeBasedTriggeringPolicy<ILoggingEvent>();
        trigger.setContext(context);
        trigger.setMaxFileSize(FileSize.valueOf("16MB"));
        trigger.start();
        file.setRollingPolicy(window);
        file.setTriggeringPolicy(trigger);
        start(context, file, "file", json ? new JsonEncoder() : pattern(context, FILE));
    }

    /**
     * Warnings of ours and errors of Kafka. Not those of Kafka Streams' task management: after a crash it reports every task whose local state it
     * throws away as an error, and restores it. Nor the controller's complaint when a short command stops the broker while it still registers, nor that an
     * event took long on a busy machine, nor what the broker's parts say of each other while it stops.
     */
    private static final class ForPeople extends Filter<ILoggingEvent> {
        private final boolean verbose;

        ForPeople(boolean verbose) {
            this.verbose = verbose;
        }

        @Override
        public FilterReply decide(ILoggingEvent event) {
            String logger = event.getLoggerName();
            Level least;
            if (logger.startsWith("dev.meshlog")) {
                least = verbose ? Level.DEBUG : Level.WARN;
            } else if (verbose) {
                least = Level.WARN;
            } else {
                boolean expected = logger.startsWith("org.apache.kafka.streams.processor.internals")
                        || logger.equals("kafka.server.ControllerApis")
                        || event.getMessage().startsWith(SLOW_MACHINE)
                        || (EmbeddedBroker.isStopping() && isOfTheBroker(logger));
                least = expected ? Level.OFF : Level.ERROR;
            }
            return event.getLevel().isGreaterOrEqual(least) ? FilterReply.NEUTRAL : FilterReply.DENY;
        }

        private static boolean isOfTheBroker(String logger) {
            return logger.startsWith("kafka.")
                    || (logger.startsWith("org.apache.kafka.")
                            && !logger.startsWith("org.apache.kafka.clients.")
                            && !logger.startsWith("org.apache.kafka.streams."));
        }
    }

    private static void start(
            LoggerContext context,
            OutputStreamAppender<ILoggingEvent> appender,
            String name,
            Encoder<ILoggingEvent> encoder) {
        encoder.setContext(context);
        encoder.start();
        appender.setContext(context);
        appender.setName(name);
        appender.setEncoder(encoder);
        appender.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    private static Encoder<ILoggingEvent> pattern(LoggerContext context, String pattern) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        return encoder;
    }

    /** Lines that appear at every start or stop and mean nothing to a reader. */
    private static void quieten(LoggerContext context) {
        context.getLogger("org.apache.kafka.clients.NetworkClient").setLevel(Level.ERROR);
        context.getLogger("org.apache.kafka.clients.consumer.internals").setLevel(Level.ERROR);
        context.getLogger("org.apache.kafka.clients.producer.internals.Sender").setLevel(Level.ERROR);
        context.getLogger("org.apache.kafka.streams.StreamsConfig").setLevel(Level.ERROR);
        context.getLogger("org.apache.kafka.controller.QuorumController").setLevel(Level.ERROR);
        context.getLogger("org.apache.kafka.streams.processor.internals.StateDirectory")
                .setLevel(Level.ERROR);
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
