package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.RadioEdge;
import dev.meshlog.schemas.radio.RadioEdges;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Merges the edges that a node reports into those that it has reported. */
final class EdgeUpdate {
    /** Of one reporter. The one that was not reported for longest gives way. */
    static final int MAX_EDGES = 128;

    private EdgeUpdate() {}

    static RadioEdges apply(
            @Nullable RadioEdges known, String network, long node, List<EdgeReports.Edge> reported, Instant at) {
        var edges = new ArrayList<>(known == null ? List.<RadioEdge>of() : known.getEdges());
        for (EdgeReports.Edge edge : reported) {
            RadioEdge before = take(edges, edge);
            Instant first = before == null ? at : before.getFirstSeenMs();
            Float snr = edge.snr() == null && before != null ? before.getSnr() : edge.snr();
            edges.add(new RadioEdge(edge.kind(), edge.from(), edge.to(), snr, first, at));
        }
        int tooMany = Math.max(0, edges.size() - MAX_EDGES);
        return new RadioEdges(network, node, List.copyOf(edges.subList(tooMany, edges.size())));
    }

    private static @Nullable RadioEdge take(List<RadioEdge> edges, EdgeReports.Edge edge) {
        for (int i = 0; i < edges.size(); i++) {
            RadioEdge known = edges.get(i);
            if (known.getKind() == edge.kind() && known.getFrom() == edge.from() && known.getTo() == edge.to()) {
                return edges.remove(i);
            }
        }
        return null;
    }
}
