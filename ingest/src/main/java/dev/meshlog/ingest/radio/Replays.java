package dev.meshlog.ingest.radio;

import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.util.Set;

/**
 * Packets that nobody sent. Behind its config, firmware 2.8 tells the last position, telemetry and status of every node that it knows as if
 * they had just been heard (meshtastic/firmware pull requests 10413, 11014, 11271).
 *
 * <p>What gives them away: they claim to come from the air, yet have no signal strength, which the firmware sets for everything that its
 * receiver heard, packets that waited for a client included. Their time is that of the original. Their ids are no help: the first versions
 * made a new one each time, later ones use the same.
 */
public final class Replays {
    private static final int LORA = 1;
    private static final int POSITION = 3;
    private static final int NODE_STATUS = 36;
    private static final int TELEMETRY = 67;
    private static final Set<Integer> PORTS = Set.of(POSITION, NODE_STATUS, TELEMETRY);

    private Replays() {}

    /**
     * @param ownNode of the radio; what it says of itself has no signal strength either
     * @param configAsked when the radio was asked for its config, seconds since 1970
     */
    public static boolean contains(MeshPacket packet, long ownNode, long configAsked) {
        return packet.hasDecoded()
                && PORTS.contains(packet.getDecoded().getPortNum())
                && packet.getTransportMechanism() == LORA
                && packet.getRxRssi() == 0
                && !packet.getViaMqtt()
                && NodeNumber.of(packet.getFrom()) != ownNode
                && Integer.toUnsignedLong(packet.getRxTime()) < configAsked;
    }
}
