package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DagEventTest {
    private final Network network = new Network(4);
    private final Ledger ledger = new Ledger(
            network.genesis,
            new InMemoryTable(),
            new InMemoryPendingVertices(),
            Ed25519.fastest(),
            List.of(new SystemPod()));
    private final Set<DagEvent.Kind> seen = EnumSet.noneOf(DagEvent.Kind.class);
    private long offset;

    @Test
    void everyKindHappens() throws Exception {
        List<VertexRef> genesis = network.keys.stream()
                .map(key -> VertexRef.implicit(key.publicKey()))
                .toList();
        Vertex refused = network.factory(Network.key(40)).make(1, genesis, List.of(), 0, Hash.ZERO, 0);
        assertThat(apply(refused)).extracting(DagEvent::kind).containsExactly(DagEvent.Kind.REFUSED);

        suspendMoreThanThereIsRoomFor();
        assertThat(seen).contains(DagEvent.Kind.EVICTED);

        apply(network.vertex(0, 1, genesis, List.of()));
        assertThat(apply(network.vertex(0, 1, genesis.subList(0, 3), List.of())))
                .extracting(DagEvent::kind)
                .containsExactly(DagEvent.Kind.EQUIVOCATION);
        commitUntilTheForkIsAnOrphan(genesis);
        assertThat(seen).isEqualTo(EnumSet.allOf(DagEvent.Kind.class));
    }

    /** Each of half a MiB, one a round, none with a parent that is there. */
    private void suspendMoreThanThereIsRoomFor() throws Exception {
        byte[] transaction = new byte[60_000];
        for (long round = 2; round < 150; round++) {
            var missing = new VertexRef(1, network.keys.get(2).publicKey(), Domain.BODY.hash(Domain.u64(round)));
            Vertex vertex = network.vertex(3, round, List.of(missing), Collections.nCopies(8, transaction));
            assertThat(apply(vertex)).allMatch(event -> event.kind() == DagEvent.Kind.EVICTED);
        }
    }

    private void commitUntilTheForkIsAnOrphan(List<VertexRef> genesis) throws Exception {
        List<VertexRef> parents = genesis;
        for (long round = 1; round < 30 && !seen.contains(DagEvent.Kind.ORPHAN); round++) {
            List<VertexRef> made = new ArrayList<>();
            for (int producer = 1; producer < 4; producer++) {
                List<VertexRef> ownFirst = new ArrayList<>(parents);
                Hash own = network.keys.get(producer).publicKey();
                ownFirst.sort(Comparator.comparing(ref -> !ref.producer().equals(own)));
                Vertex vertex = network.vertex(producer, round, ownFirst, List.of());
                apply(vertex);
                made.add(vertex.ref());
            }
            parents = made;
        }
    }

    private List<DagEvent> apply(Vertex vertex) throws Exception {
        List<DagEvent> events = ledger.apply(vertex, offset++).events();
        events.forEach(event -> seen.add(event.kind()));
        return events;
    }
}
