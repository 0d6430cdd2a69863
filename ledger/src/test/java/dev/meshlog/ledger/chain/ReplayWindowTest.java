package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayWindowTest {
    private final State state = new State(new MemoryStateStore(), 8);

    /** 34 vertices of 1,000 transactions are one commit's in a network of that size. */
    @ParameterizedTest
    @ValueSource(ints = {1, 32_767, 32_768, 70_000})
    void idsOfACommitAreRememberedAndForgottenHoweverMany(int transactions) {
        List<Hash> ids = IntStream.range(0, transactions)
                .mapToObj(i -> Domain.TRANSACTION.hash(Domain.u32(i)))
                .toList();
        ids.forEach(id -> state.put(StateKey.transaction(id), Domain.u64(9)));
        Hash empty = new State(new MemoryStateStore(), 8).root(0);

        ReplayWindow.remember(state, 1, 100, ids);
        assertThat(state.entries()).isEqualTo(transactions + 1 + (transactions - 1) / 32_767);
        assertThat(ReplayWindow.forget(state, 1, 2, 110, 10)).isEqualTo(1);
        assertThat(state.get(StateKey.transaction(ids.get(transactions - 1)))).isNotNull();

        assertThat(ReplayWindow.forget(state, 1, 3, 111, 10)).isEqualTo(4);
        assertThat(state.root(0)).isEqualTo(empty);
    }

    @Test
    void commitWithoutTransactionsLeavesNothing() {
        ReplayWindow.remember(state, 1, 100, List.of());
        assertThat(state.entries()).isZero();
        assertThat(ReplayWindow.forget(state, 1, 5, 100, 10)).isEqualTo(6);
    }
}
