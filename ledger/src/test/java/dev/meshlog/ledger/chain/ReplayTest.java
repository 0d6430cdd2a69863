package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One transaction in every vertex of a network of one validator: whatever is between two copies, it runs once. */
class ReplayTest {
    private static final long MAX_VALIDITY = 15;
    private static final long FIRST = 5;

    private final SigningKey key = Network.key(0);
    private final GenesisConfig genesis = new GenesisConfig(
            "test", List.of(new Validator(key.publicKey(), 1, "", 0)), 10, 5, 4, 4, MAX_VALIDITY, List.of(), List.of());
    private final MemoryStateStore store = new MemoryStateStore();
    private final Ledger ledger = new Ledger(
            genesis, new State(store, 4), new InMemoryPendingVertices(), Ed25519.fastest(), List.of(new SystemPod()));

    /** Valid for as long as there can be, for one round, and for something between. */
    @ParameterizedTest
    @ValueSource(longs = {FIRST, FIRST + 7, FIRST + MAX_VALIDITY})
    void transactionRunsOnceAtAnyDistanceAndItsIdIsForgotten(long validUntil) throws Exception {
        var call = new Call(
                key.publicKey(), List.of(), List.of(), 1, SystemPod.NAME, "create_object", new byte[0], validUntil);
        byte[] transaction = Transaction.sign(genesis.networkId(), call, key).bytes();
        List<ResultCode> codes = new ArrayList<>();
        for (long round = 1; round <= 60; round++) {
            List<byte[]> transactions = round < FIRST ? List.of() : List.of(transaction);
            Vertex vertex = new VertexFactory(genesis.networkId(), genesis.epochLength(), key)
                    .make(round, ledger.producerView(key.publicKey()).parents(round), transactions, 0, Hash.ZERO, 0);
            for (CommitOutput commit : ledger.apply(vertex, round).commits()) {
                commit.results().stream().map(TxResult::code).forEach(codes::add);
                boolean remembered = commit.leader().round() <= FIRST + MAX_VALIDITY
                        && commit.leader().round() >= FIRST;
                assertThat(ids())
                        .as("leader of round %d", commit.leader().round())
                        .isEqualTo(remembered ? 2 : 0);
            }
        }
        assertThat(codes).hasSize(54).startsWith(ResultCode.OK);
        assertThat(codes.subList(1, codes.size())).containsOnly(ResultCode.DUPLICATE, ResultCode.EXPIRED);
        // The commit that forgets the id still knows it while it executes.
        assertThat(codes.lastIndexOf(ResultCode.DUPLICATE))
                .isEqualTo((int) MAX_VALIDITY + 1)
                .isLessThan(codes.indexOf(ResultCode.EXPIRED));
    }

    /** The id and the list of its commit. */
    private int ids() {
        var count = new AtomicInteger();
        store.forEach(4, (bucket, entry, value) -> {
            if (entry[0] == StateKey.TRANSACTIONS) {
                count.incrementAndGet();
            }
        });
        return count.get();
    }
}
