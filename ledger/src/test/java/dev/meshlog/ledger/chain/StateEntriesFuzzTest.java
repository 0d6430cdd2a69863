package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.util.Arrays;

class StateEntriesFuzzTest {
    /** The first byte picks the table, the rest is the entry's value. */
    @FuzzTest
    void entryIsReadAndWrittenOrRefused(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        byte[] value = Arrays.copyOfRange(input, 1, input.length);
        BoundedAllocation.check(input, () -> {
            try {
                switch ((input[0] & 0xff) % 5) {
                    case 0 -> {
                        byte[] encoded = ValidatorHistory.decode(value).encode();
                        assertThat(ValidatorHistory.decode(encoded).encode()).isEqualTo(encoded);
                    }
                    case 1 -> {
                        ChainHead head = ChainHead.decode(value);
                        assertThat(ChainHead.decode(head.encode())).isEqualTo(head);
                    }
                    case 2 -> {
                        byte[] encoded = LedgerObject.decode(value).encode();
                        assertThat(LedgerObject.decode(encoded).encode()).isEqualTo(encoded);
                    }
                    case 3 -> {
                        var state = new InMemoryTable();
                        state.put(StateKey.committedAt(1), value);
                        assertThat(CommittedVertices.readAll(state, 0, 1)).hasSize(value.length / 64);
                    }
                    default -> {
                        var state = new InMemoryTable();
                        state.put(StateKey.transactionsOf(1), value);
                        assertThat(ReplayWindow.forget(state, 1, 1, 1_000, 10)).isBetween(1L, 2L);
                    }
                }
            } catch (MalformedRecordException e) {
                // The declared answer to anything else.
            }
        });
    }
}
