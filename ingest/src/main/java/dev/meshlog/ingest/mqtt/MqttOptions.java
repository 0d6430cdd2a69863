package dev.meshlog.ingest.mqtt;

import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.LinkConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a broker is reached and what is wanted of it. Secrets are read when they are needed and kept nowhere.
 *
 * @param clientId under which the broker keeps the session: one for each link, and the same after a restart
 * @param topics filters, with {@code +} and {@code #}
 * @param qos the highest quality of service that is asked for; a message never comes with more than it was published with
 * @param sessionExpiry how long the broker keeps what comes while this link is away
 * @param keepAlive after so long without a packet the broker is asked whether it lives
 * @param silent after so long without a message, though connected, somebody is told
 */
public record MqttOptions(
        String host,
        int port,
        Optional<MqttTls> tls,
        Optional<Login> login,
        String clientId,
        List<String> topics,
        int qos,
        Strays strays,
        Duration sessionExpiry,
        Duration keepAlive,
        Duration silent) {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration SETTLED = Duration.ofMinutes(1);

    public MqttOptions {
        topics = List.copyOf(topics);
        if (topics.isEmpty() || qos < 0 || qos > 2) {
            throw new IllegalArgumentException("a link to a broker has topics and a quality of service of 0 to 2");
        }
    }

    /** What becomes of messages in topics that carry JSON or a status. */
    public enum Strays {
        /** They are counted. */
        IGNORE,
        /** They become dead letters. */
        REFUSE
    }

    /** A user and where the password is. */
    public record Login(String user, PasswordSource password) {}

    /** Read again at each connection, so that a changed password needs no restart. */
    @FunctionalInterface
    public interface PasswordSource {
        /** @throws IOException that says which file or variable, and not what stands in it */
        String read() throws IOException;
    }

    /** As the ingest module wants it. */
    public LinkConfig.Live toLive(long spoolBytes) {
        return new LinkConfig.Live(
                place() + " " + String.join(" ", topics),
                spoolBytes,
                (link, context) -> new MqttSource(
                        link,
                        this,
                        new Backoff(FIRST_PAUSE, LONGEST_PAUSE, context.random()),
                        SETTLED,
                        context,
                        System::nanoTime));
    }

    String place() {
        return (tls.isPresent() ? "mqtts " : "mqtt ") + host + ":" + port;
    }
}
