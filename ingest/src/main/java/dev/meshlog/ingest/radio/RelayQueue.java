package dev.meshlog.ingest.radio;

import dev.meshlog.schemas.meshtastic.MeshPacket;

/** Packets of others on their way to a radio, which takes only a few at a time. Any thread may use it. */
@FunctionalInterface
public interface RelayQueue {
    /**
     * Takes a packet to be handed to the radio when it has room.
     *
     * @param packet with an id that is not 0, from the node that the radio is
     * @param handedOver called once, when it was given to the line
     * @return false when too many wait already, or this radio is not connected or has not told its config yet: then nothing happens
     */
    boolean relay(MeshPacket packet, Runnable handedOver);
}
