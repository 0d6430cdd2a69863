package dev.meshlog.schemas.json;

import dev.meshlog.schemas.Cluster;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;

/** The cluster that a tool means, from the properties that it hands to the classes it loads. */
final class ToolProperties {
    /** Someone waits at a terminal; Kafka's default is a minute. */
    private static final String PATIENCE_MS = "10000";

    private ToolProperties() {}

    /** Null when the tool did not say where the brokers are. Of its other properties only those count that are needed to reach them. */
    static @Nullable Cluster cluster(Map<String, ?> properties) {
        var client = new HashMap<String, String>();
        client.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        properties.forEach((name, value) -> {
            if (value != null && reaches(name)) {
                client.put(name, text(value));
            }
        });
        return client.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG) ? new Cluster(client) : null;
    }

    private static boolean reaches(String name) {
        return name.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)
                || name.equals(CommonClientConfigs.CLIENT_DNS_LOOKUP_CONFIG)
                || name.equals(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG)
                || name.startsWith("security.")
                || name.startsWith("ssl.")
                || name.startsWith("sasl.");
    }

    private static String text(Object value) {
        return value instanceof Collection<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : value.toString();
    }
}
