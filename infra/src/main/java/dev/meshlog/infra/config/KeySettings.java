package dev.meshlog.infra.config;

import dev.meshlog.ingest.keysync.KeyPolicy;
import dev.meshlog.ingest.keysync.KeySyncSettings;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How keys go back to the radio of a link.
 *
 * @param policy {@code off}, {@code on-demand} or {@code missing}
 * @param maxNodes room in the radio's list of nodes; absent: as many as it lists, and at least 80
 */
public record KeySettings(@Nullable String policy, @Nullable Integer maxNodes) {
    private static final Map<String, KeyPolicy> POLICIES =
            Map.of("off", KeyPolicy.OFF, "on-demand", KeyPolicy.ON_DEMAND, "missing", KeyPolicy.MISSING);
    /** Fewer leave room for nothing. */
    private static final int LEAST = 3;

    public KeySettings {
        policy = policy == null ? "on-demand" : policy;
        MeshlogConfig.require(
                POLICIES.containsKey(policy), "radio.links.keys.policy", "one of " + new TreeSet<>(POLICIES.keySet()));
        MeshlogConfig.require(maxNodes == null || maxNodes >= LEAST, "radio.links.keys.maxNodes", "at least " + LEAST);
    }

    /** As the ingest module wants it. */
    public KeySyncSettings toSettings() {
        return new KeySyncSettings(Objects.requireNonNull(POLICIES.get(policy)), maxNodes);
    }
}
