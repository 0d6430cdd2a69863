package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.ValidatorEntry;
import dev.meshlog.schemas.ledger.ValidatorSet;
import dev.meshlog.schemas.ledger.ValidatorSets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries that no node wrote, as a restored snapshot may hold them when its root is trusted wrongly. */
class StateEntriesTest {
    @Test
    void impossibleValidatorsAreRefused() {
        assertRefused(List.of());
        assertRefused(List.of(new ValidatorSet(0L, List.of())));
        assertRefused(List.of(set(0, 1, -23)));
        assertRefused(List.of(set(0, 0, 0)));
        assertRefused(List.of(set(4, 1, 0), set(4, 1, 0)));
    }

    @Test
    void listThatEndsInsideAnIdIsRefused() {
        var state = new InMemoryTable();
        state.put(StateKey.committedAt(1), new byte[65]);
        state.put(StateKey.transactionsOf(1), new byte[9]);

        assertThatExceptionOfType(MalformedRecordException.class)
                .isThrownBy(() -> CommittedVertices.readAll(state, 0, 1));
        assertThatExceptionOfType(MalformedRecordException.class)
                .isThrownBy(() -> ReplayWindow.forget(state, 1, 1, 1_000, 10));
    }

    private static ValidatorSet set(long fromEpoch, long weight, long stake) {
        return new ValidatorSet(fromEpoch, List.of(new ValidatorEntry(new Bytes32(new byte[32]), weight, "", stake)));
    }

    private static void assertRefused(List<ValidatorSet> sets) {
        byte[] bytes = new AvroBinary<ValidatorSets>(ValidatorSets.getClassSchema()).encode(new ValidatorSets(sets));
        assertThatExceptionOfType(MalformedRecordException.class).isThrownBy(() -> ValidatorHistory.decode(bytes));
    }
}
