package dev.meshlog.ingest.simulation;

import dev.meshlog.schemas.meshtastic.ToRadio;

/** What came to a radio from its clients, heartbeats apart. */
public final class Traffic {
    private static final int FRAME_HEADER = 4;

    private long bytes;
    private long heartbeatBytes;
    private int packets;
    private int heartbeats;
    private int configRequests;
    private int overruns;

    void count(ToRadio message) {
        int size = FRAME_HEADER + message.getSerializedSize();
        if (message.hasHeartbeat()) {
            heartbeats++;
            heartbeatBytes += size;
            return;
        }
        bytes += size;
        if (message.hasPacket()) {
            packets++;
        } else if (message.hasWantConfigId()) {
            configRequests++;
        }
    }

    void overrun() {
        overruns++;
    }

    /** Framing included. */
    public long bytes() {
        return bytes;
    }

    public long heartbeatBytes() {
        return heartbeatBytes;
    }

    public int heartbeats() {
        return heartbeats;
    }

    public int packets() {
        return packets;
    }

    public int configRequests() {
        return configRequests;
    }

    /** Packets that were thrown away because others came behind them. */
    public int overruns() {
        return overruns;
    }
}
