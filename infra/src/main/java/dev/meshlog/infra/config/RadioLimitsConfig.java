package dev.meshlog.infra.config;

import dev.meshlog.streams.radio.RadioLimits;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one network's senders can make the radio tables hold; each of the six partitions counts for itself.
 *
 * @param newNodesPerHour of one link and partition
 * @param nodes of one partition
 * @param newKeysPerHour of one node
 */
public record RadioLimitsConfig(
        @Nullable Integer newNodesPerHour,
        @Nullable Integer nodes,
        @Nullable Integer newKeysPerHour) {
    public RadioLimitsConfig {
        newNodesPerHour = newNodesPerHour == null ? RadioLimits.DEFAULTS.newNodesPerHour() : newNodesPerHour;
        nodes = nodes == null ? RadioLimits.DEFAULTS.nodes() : nodes;
        newKeysPerHour = newKeysPerHour == null ? RadioLimits.DEFAULTS.newKeysPerHour() : newKeysPerHour;
        MeshlogConfig.require(newNodesPerHour >= 1, "radio.limits.newNodesPerHour", "at least 1");
        MeshlogConfig.require(nodes >= 1, "radio.limits.nodes", "at least 1");
        MeshlogConfig.require(newKeysPerHour >= 1, "radio.limits.newKeysPerHour", "at least 1");
    }

    /** As the topology wants it. */
    public RadioLimits limits() {
        return new RadioLimits(
                Objects.requireNonNull(newNodesPerHour),
                Objects.requireNonNull(nodes),
                Objects.requireNonNull(newKeysPerHour));
    }
}
