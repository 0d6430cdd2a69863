package dev.meshlog.ingest.keysync;

import dev.meshlog.schemas.meshtastic.MeshPacket;

/**
 * A packet that is no push.
 *
 * @param handedOver to be run when it was given to the line
 * @param since when it came in
 * @param free it need not wait for a key (any more)
 */
record Relay(MeshPacket packet, Runnable handedOver, long since, boolean free) {
    Relay released() {
        return new Relay(packet, handedOver, since, true);
    }
}
