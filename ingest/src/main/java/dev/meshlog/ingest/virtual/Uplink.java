package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.SentMessage;

/** The way from a virtual node to its radio. */
interface Uplink {
    String link();

    /** @return whether it is on disk */
    boolean record(SentMessage message);

    /**
     * @param handedOver run once the radio was given the packet; never, when its session ended before. By any thread
     * @return false: not now
     */
    boolean relay(MeshPacket packet, Runnable handedOver);

    /** @return whether the question is on its way */
    boolean askForConfig(int nonce);
}
