package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.Neighbor;
import dev.meshlog.schemas.meshtastic.NeighborInfo;
import dev.meshlog.schemas.meshtastic.RouteDiscovery;
import dev.meshlog.schemas.radio.EdgeKind;
import dev.meshlog.schemas.radio.RadioPacket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a packet says of who hears whom. */
final class EdgeReports {
    private static final int TRACEROUTE_PORT = 70;
    private static final int NEIGHBOR_PORT = 71;

    /** A hop that could not measure sends the lowest value that a signed byte has. */
    private static final int UNKNOWN_SNR = Byte.MIN_VALUE;

    private static final float QUARTERS = 4;

    private EdgeReports() {}

    /**
     * One node heard another.
     *
     * @param from who was heard
     * @param snr dB, where it was heard
     */
    record Edge(EdgeKind kind, long from, long to, @Nullable Float snr) {}

    /** @throws InvalidProtocolBufferException when the payload is not what the port says */
    static List<Edge> of(RadioPacket packet) throws InvalidProtocolBufferException {
        if (packet.getPayload() == null) {
            return List.of();
        }
        return switch (Objects.requireNonNullElse(packet.getPortNum(), 0)) {
            case NEIGHBOR_PORT -> neighbors(packet, NeighborInfo.parseFrom(bytes(packet.getPayload())));
            case TRACEROUTE_PORT -> route(packet, RouteDiscovery.parseFrom(bytes(packet.getPayload())));
            default -> List.of();
        };
    }

    private static List<Edge> neighbors(RadioPacket packet, NeighborInfo info) {
        var edges = new ArrayList<Edge>();
        for (Neighbor neighbor : info.getNeighborsList()) {
            add(
                    edges,
                    EdgeKind.NEIGHBOR,
                    NodeNumber.of(neighbor.getNodeId()),
                    packet.getFrom(),
                    neighbor.hasSnr() ? neighbor.getSnr() : null);
        }
        return edges;
    }

    /**
     * A request collects the hops behind its sender on the way; the answer has them all, goes back to that sender, and collects the hops
     * of its own way. Each hop adds what it heard, in quarters of a dB; who receives the whole adds only that. A hop that does not take
     * part stands as the broadcast address.
     */
    private static List<Edge> route(RadioPacket packet, RouteDiscovery route) throws InvalidProtocolBufferException {
        var edges = new ArrayList<Edge>();
        boolean isAnswer = packet.getData() != null
                && Data.parseFrom(bytes(packet.getData())).getRequestId() != 0;
        if (isAnswer) {
            path(edges, packet.getTo(), route.getRouteList(), packet.getFrom(), route.getSnrTowardsList());
            path(edges, packet.getFrom(), route.getRouteBackList(), packet.getTo(), route.getSnrBackList());
        } else {
            path(edges, packet.getFrom(), route.getRouteList(), packet.getTo(), route.getSnrTowardsList());
        }
        return edges;
    }

    /** The last step counts once its receiver has said what it heard. */
    private static void path(List<Edge> edges, long start, List<Integer> hops, long end, List<Integer> snr) {
        long before = start;
        for (int i = 0; i < hops.size(); i++) {
            long hop = NodeNumber.of(hops.get(i));
            add(edges, EdgeKind.ROUTE, before, hop, snrAt(snr, i));
            before = hop;
        }
        if (snr.size() > hops.size()) {
            add(edges, EdgeKind.ROUTE, before, end, snrAt(snr, hops.size()));
        }
    }

    private static @Nullable Float snrAt(List<Integer> snr, int index) {
        if (index >= snr.size()) {
            return null;
        }
        int quarters = snr.get(index);
        return quarters <= UNKNOWN_SNR || quarters > Byte.MAX_VALUE ? null : quarters / QUARTERS;
    }

    private static void add(List<Edge> edges, EdgeKind kind, long from, long to, @Nullable Float snr) {
        if (NodeNumber.isNode(from) && NodeNumber.isNode(to) && from != to) {
            edges.add(new Edge(kind, from, to, snr));
        }
    }

    private static ByteString bytes(ByteBuffer buffer) {
        return ByteString.copyFrom(buffer.duplicate());
    }
}
