package dev.meshlog.ingest.simulation;

import java.time.Duration;

/**
 * What a radio can bear. The defaults let a client see what was measured with firmware 2.7.26: forty contacts take two seconds with four of them
 * under way, five under way lose one, and of sixty at once four are stored.
 *
 * @param nodes that its list has room for, itself included
 * @param inbound packets that may wait for its router, those of the client and those from the air together; the oldest gives way
 * @param statuses of its transmit queue that may wait for the client; the oldest gives way
 * @param store how long a contact takes, most of it for writing to flash
 * @param hear how long any other packet takes
 * @param poll between two looks at an idle line
 * @param restart how long it is away when it starts anew
 */
public record RadioLimits(
        int nodes, int inbound, int statuses, Duration store, Duration hear, Duration poll, Duration restart) {
    public static final RadioLimits MEASURED = new RadioLimits(
            250, 4, 2, Duration.ofMillis(50), Duration.ofMillis(5), Duration.ofMillis(5), Duration.ofSeconds(4));

    public RadioLimits withNodes(int room) {
        return new RadioLimits(room, inbound, statuses, store, hear, poll, restart);
    }
}
