package dev.meshlog.streams.radio;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.util.Arrays;

/**
 * Packets that a radio makes, after its list of nodes, of positions and measurements that it had stored (firmware 2.8). They look like
 * received ones but for their id, which the radio computes from the sender, the time and what is stored; the same content always gets the
 * same id. The link marks what it recognises by the course of its session; a recording has no session. Only what was received has a signal strength: so nobody on the air can make a packet that is taken for one of these.
 */
final class Replays {
    /** Knuth's multiplier for hashing. */
    private static final int MULTIPLIER = 0x9e3779b1;

    /** Ports of position and node status, field numbers of device metrics and of environment metrics, which is 3 too. */
    private static final int[] KINDS = {3, 36, 2};

    private Replays() {}

    static boolean isReplay(MeshPacket packet) {
        return packet.hasDecoded()
                && !packet.hasRxRssi()
                && Arrays.stream(KINDS)
                        .anyMatch(kind -> packet.getId() == id(packet.getFrom(), packet.getRxTime(), kind));
    }

    static int id(int node, int time, int kind) {
        int id = (node * MULTIPLIER + time) * MULTIPLIER + kind;
        return id == 0 ? 1 : id;
    }
}
