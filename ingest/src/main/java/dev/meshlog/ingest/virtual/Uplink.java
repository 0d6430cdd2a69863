package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.SentMessage;

/** The way from a virtual node to its radio. */
interface Uplink {
    String link();

    /** @return whether it is on disk */
    boolean record(SentMessage message);

    /** @return false: not now */
    boolean relay(MeshPacket packet);
}
