package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.EntryTable;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.schemas.MalformedRecordException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Names of the committed vertices above the GC floor, one entry a round. */
final class CommittedVertices {
    private static final int NAME = 2 * Hash.LENGTH;

    private CommittedVertices() {}

    /** Adds a commit's vertices and forgets the rounds that the new floor passed. */
    static void update(EntryTable state, List<VertexRef> committed, long oldFloor, long newFloor) {
        SortedMap<Long, Set<VertexRef>> byRound = new TreeMap<>();
        for (VertexRef ref : committed) {
            if (ref.round() > newFloor) {
                byRound.computeIfAbsent(ref.round(), any -> new TreeSet<>()).add(ref);
            }
        }
        byRound.forEach((round, refs) -> {
            refs.addAll(read(state, round));
            state.put(StateKey.committedAt(round), encode(refs));
        });
        for (long round = oldFloor + 1; round <= newFloor; round++) {
            state.delete(StateKey.committedAt(round));
        }
    }

    /** @throws MalformedRecordException when an entry is not a list of names */
    static List<VertexRef> readAll(EntryTable state, long floor, long leaderRound) {
        List<VertexRef> all = new ArrayList<>();
        for (long round = floor + 1; round <= leaderRound; round++) {
            all.addAll(read(state, round));
        }
        return all;
    }

    private static List<VertexRef> read(EntryTable state, long round) {
        byte[] value = state.get(StateKey.committedAt(round));
        List<VertexRef> refs = new ArrayList<>();
        if (value != null) {
            if (value.length % NAME != 0) {
                throw new MalformedRecordException(
                        "the committed vertices of round " + round + " take " + value.length + " bytes");
            }
            ByteBuffer in = ByteBuffer.wrap(value);
            while (in.hasRemaining()) {
                Hash producer = Hash.of(in);
                refs.add(new VertexRef(round, producer, Hash.of(in)));
            }
        }
        return refs;
    }

    private static byte[] encode(Set<VertexRef> refs) {
        ByteBuffer out = ByteBuffer.allocate(refs.size() * NAME);
        for (VertexRef ref : refs) {
            ref.producer().putInto(out);
            ref.id().putInto(out);
        }
        return out.array();
    }
}
