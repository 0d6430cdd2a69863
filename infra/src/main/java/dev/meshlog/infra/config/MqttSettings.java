package dev.meshlog.infra.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.meshlog.ingest.mqtt.MqttOptions;
import dev.meshlog.ingest.mqtt.MqttTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a link of type {@code mqtt} needs.
 *
 * @param broker {@code mqtt://HOST[:PORT]}, or {@code mqtts:} for TLS
 * @param topics filters
 * @param qos the highest quality of service that is asked for
 * @param user whose password is in {@code passwordFile} or the environment's {@code passwordVariable}
 * @param caFile PEM; absent: the authorities that Java trusts
 * @param keyStore PKCS#12 with the certificate that the broker wants to see
 * @param clientId the session's name at the broker; absent: made of the network's and the link's
 * @param sessionHours how long the broker keeps what comes while Meshlog is away
 * @param otherTopics what becomes of JSON and status messages: {@code ignore} or {@code refuse}
 */
public record MqttSettings(
        @JsonProperty(required = true) String broker,
        @JsonProperty(required = true) List<String> topics,
        @Nullable Integer qos,
        @Nullable String user,
        @Nullable String passwordFile,
        @Nullable String passwordVariable,
        @Nullable String caFile,
        @Nullable String keyStore,
        @Nullable String keyStorePasswordFile,
        @Nullable String clientId,
        @Nullable Integer sessionHours,
        @Nullable String otherTopics) {
    private static final int PORT = 1883;
    private static final int TLS_PORT = 8883;
    private static final int WEEK = 7 * 24;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    private static final Duration SILENT = Duration.ofMinutes(30);

    public MqttSettings {
        topics = topics == null ? List.of() : List.copyOf(topics);
        boolean tls = uri(broker).getScheme().equals("mqtts");
        require(
                !topics.isEmpty() && topics.stream().allMatch(MqttSettings::isFilter),
                "topics",
                "topic filters: # only at the end, # and + only as a whole level");
        require(qos == null || (qos >= 0 && qos <= 2), "qos", "0, 1 or 2");
        boolean password = passwordFile != null || passwordVariable != null;
        require((user != null) == password, "user", "there together with passwordFile or passwordVariable");
        require(
                passwordFile == null || passwordVariable == null,
                "passwordVariable",
                "absent when passwordFile is there");
        require(
                tls || Stream.of(caFile, keyStore, keyStorePasswordFile).allMatch(Objects::isNull),
                "broker",
                "mqtts://... when there is a caFile or a keyStore");
        require(
                (keyStore == null) == (keyStorePasswordFile == null),
                "keyStore",
                "there together with keyStorePasswordFile");
        require(
                clientId == null || clientId.matches("[0-9A-Za-z._-]{1,128}"),
                "clientId",
                "1 to 128 letters, digits . _ -");
        require(sessionHours == null || (sessionHours > 0 && sessionHours <= 10_000), "sessionHours", "1 to 10000");
        require(
                otherTopics == null || otherTopics.equals("ignore") || otherTopics.equals("refuse"),
                "otherTopics",
                "ignore or refuse");
    }

    MqttOptions options(String network, String link, @Nullable Integer silentMinutes) {
        URI uri = uri(broker);
        boolean secure = uri.getScheme().equals("mqtts");
        Optional<MqttTls> tls = secure
                ? Optional.of(new MqttTls(
                        Optional.ofNullable(caFile).map(Path::of),
                        Optional.ofNullable(keyStore)
                                .map(store -> new MqttTls.ClientKey(
                                        Path.of(store), Path.of(Objects.requireNonNull(keyStorePasswordFile))))))
                : Optional.empty();
        return new MqttOptions(
                uri.getHost(),
                uri.getPort() >= 0 ? uri.getPort() : secure ? TLS_PORT : PORT,
                tls,
                Optional.ofNullable(user).map(name -> new MqttOptions.Login(name, this::password)),
                clientId == null ? "meshlog-" + network + "-" + link : clientId,
                topics,
                qos == null ? 1 : qos,
                "refuse".equals(otherTopics) ? MqttOptions.Strays.REFUSE : MqttOptions.Strays.IGNORE,
                Duration.ofHours(sessionHours == null ? WEEK : sessionHours),
                KEEP_ALIVE,
                silentMinutes == null ? SILENT : Duration.ofMinutes(silentMinutes));
    }

    private String password() throws IOException {
        if (passwordFile != null) {
            return Files.readString(Path.of(passwordFile)).strip();
        }
        String password = System.getenv(Objects.requireNonNull(passwordVariable));
        if (password == null) {
            throw new IOException("the environment has no " + passwordVariable);
        }
        return password;
    }

    private static boolean isFilter(String topic) {
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            boolean last = i == levels.length - 1;
            boolean wildcard = levels[i].contains("#") || levels[i].contains("+");
            if (wildcard && !(levels[i].equals("+") || (last && levels[i].equals("#")))) {
                return false;
            }
        }
        return !topic.isEmpty();
    }

    private static URI uri(@Nullable String broker) {
        try {
            URI uri = URI.create(String.valueOf(broker).toLowerCase(Locale.ROOT));
            boolean bare = Stream.of(uri.getUserInfo(), uri.getQuery(), uri.getFragment())
                            .allMatch(Objects::isNull)
                    && Optional.ofNullable(uri.getPath()).orElse("").isEmpty();
            if (bare && uri.getHost() != null && ("mqtt".equals(uri.getScheme()) || "mqtts".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // It would be quoted, and somebody may have put a password into it.
        }
        throw new IllegalArgumentException(
                "radio.links.mqtt.broker must be mqtt://HOST, mqtts://HOST, or with :PORT behind it");
    }

    private static void require(boolean holds, String key, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException("radio.links.mqtt." + key + " must be " + wanted);
        }
    }
}
