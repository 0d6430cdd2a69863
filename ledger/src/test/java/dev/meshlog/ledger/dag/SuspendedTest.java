package dev.meshlog.ledger.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.VertexRef;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuspendedTest {
    private final Suspended<FileVertex> suspended = new Suspended<>(3, 1_000);

    @Test
    void farthestRoundGoesFirst() {
        for (long round : new long[] {9, 5, 7}) {
            assertThat(suspended.add(vertex(round), List.of(ref(round - 1)))).isEmpty();
        }

        List<FileVertex> evicted = suspended.add(vertex(3), List.of(ref(2)));

        assertThat(evicted).extracting(FileVertex::ref).containsExactly(ref(9));
        assertThat(suspended.missing(10)).containsExactly(ref(2), ref(4), ref(6));
        assertThat(suspended.bytes()).isEqualTo(3);
    }

    @Test
    void isReadyOnceTheLastParentArrivesAndTheEpochIsOpen() {
        suspended.add(vertex(5), List.of(ref(3), ref(4)));

        suspended.arrived(ref(3));
        assertThat(suspended.pollReady(100)).isNull();
        suspended.arrived(ref(4));
        assertThat(suspended.pollReady(4)).isNull();
        assertThat(suspended.pollReady(5)).isEqualTo(vertex(5));
        assertThat(suspended.size()).isZero();
    }

    @Test
    void risingFloorDropsVerticesAndStopsWaitingForParents() {
        suspended.add(vertex(5), List.of(ref(4)));
        suspended.add(vertex(8), List.of(ref(5), ref(6)));

        assertThat(suspended.prune(6)).containsExactly(vertex(5));
        assertThat(suspended.missing(10)).isEmpty();
        assertThat(suspended.pollReady(8)).isEqualTo(vertex(8));
    }

    private static FileVertex vertex(long round) {
        return new FileVertex(FileVertex.Name.of(0, round, 0, "A" + round), 1, List.of());
    }

    private static VertexRef ref(long round) {
        return vertex(round).ref();
    }
}
