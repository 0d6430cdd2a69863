package dev.meshlog.streams.radio;

/**
 * What one network's senders can make the tables hold. A gateway can invent as many nodes as it sends packets, so what a link brings is
 * bounded in record time, and all together in number. Each of the topic's partitions counts for itself.
 *
 * @param newNodesPerHour of one link and partition; what goes beyond is in {@code radio.packets} only
 * @param nodes of one partition
 * @param newKeysPerHour of one node; what goes beyond is not recorded
 */
public record RadioLimits(int newNodesPerHour, int nodes, int newKeysPerHour) {
    /** The NodeDB of any radio and the nodes of a public broker fit in; an hour of a flood takes a few megabytes. */
    public static final RadioLimits DEFAULTS = new RadioLimits(2_000, 50_000, 8);

    public RadioLimits {
        if (newNodesPerHour < 1 || nodes < 1 || newKeysPerHour < 1) {
            throw new IllegalArgumentException("the limits of the radio tables begin at 1");
        }
    }
}
