package dev.meshlog.ledger.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CommitExecutionTest {
    private static final long SEED = 4711;

    private final Network network = new Network(2, 20, 12, List.of());
    private final SigningKey me = Network.key(50);
    private final Random random = new Random(SEED);

    @Test
    void wholeCommitGivesWhatOneTransactionAtATimeGives() {
        List<Vertex> vertices = vertices();
        var checks = new AtomicInteger();
        SignatureCheck counted = (key, message, signature) -> {
            checks.incrementAndGet();
            return Ed25519.fastest().verify(key, message, signature);
        };

        var together = new ChangeSet(genesisTable());
        List<TxResult> results = executor(counted, new SystemPod()).execute(vertices, context(together));

        var apart = new ChangeSet(genesisTable());
        CommitContext context = context(apart);
        Executor executor = executor(Ed25519.fastest(), new SystemPod());
        List<TxResult> expected = new ArrayList<>();
        for (Vertex vertex : vertices) {
            for (byte[] transaction : vertex.transactions()) {
                expected.add(executor.execute(transaction, vertex.id(), context));
            }
        }
        assertThat(results).as("seed %d", SEED).isEqualTo(expected);
        assertThat(results)
                .extracting(TxResult::code)
                .contains(ResultCode.OK, ResultCode.DUPLICATE, ResultCode.BAD_SIGNATURE, ResultCode.VERSION_MISMATCH);
        var changed = together.flush();
        var changedApart = apart.flush();
        assertThat(changed.keySet()).hasSameSizeAs(changedApart.keySet());
        changedApart.forEach((key, value) -> assertThat(changed.get(key)).isEqualTo(value));
        long good = results.stream()
                .filter(result -> result.code() != ResultCode.DUPLICATE)
                .count();
        assertThat(checks.get()).as("no copy of a good one is checked").isEqualTo((int) good);
    }

    @Test
    void podThatReturnsOtherThanItDeclaredHaltsTheLedger() {
        var broken = new Pod() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public Optional<PodOutcome.Failure> verify(Call call) {
                return Optional.empty();
            }

            @Override
            public PodOutcome execute(PodCall call) {
                return new PodOutcome.Success(List.of(), List.of(), Optional.empty());
            }
        };
        var call = new Call(me.publicKey(), List.of(), List.of(), 1, "broken", "create", new byte[0], 500);
        byte[] transaction =
                Transaction.sign(network.genesis.networkId(), call, me).bytes();

        assertThatThrownBy(() -> executor(Ed25519.fastest(), broken)
                        .execute(transaction, Hash.ZERO, context(new ChangeSet(genesisTable()))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pod broken, create")
                .hasMessageContaining("not what was declared");
    }

    /** Two vertices that share transactions; some are forged, some come twice, some declare a version that is gone. */
    private List<Vertex> vertices() {
        List<byte[]> first = new ArrayList<>();
        List<byte[]> second = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] content = new byte[random.nextInt(64)];
            random.nextBytes(content);
            Transaction create = sign("create_object", List.of(), 1, content);
            ObjectRef made = new ObjectRef(create.createdId(0), 1);
            byte[] bytes = create.bytes();
            switch (i % 4) {
                case 0 -> second.add(bytes);
                case 1 -> first.add(forged(bytes));
                case 2 ->
                    second.add(sign("set_object", List.of(made), 0, content).bytes());
                default ->
                    second.add(sign("set_object", List.of(new ObjectRef(made.id(), 2)), 0, content)
                            .bytes());
            }
            first.add(bytes);
        }
        List<VertexRef> parents = network.keys.stream()
                .map(key -> VertexRef.implicit(key.publicKey()))
                .toList();
        return List.of(
                network.vertex(0, 1, parents, first),
                network.vertex(1, 1, List.of(parents.get(1), parents.get(0)), second));
    }

    private Transaction sign(String function, List<ObjectRef> writes, int creates, byte[] args) {
        return Transaction.sign(
                network.genesis.networkId(),
                new Call(me.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, 500),
                me);
    }

    private static byte[] forged(byte[] transaction) {
        byte[] forged = transaction.clone();
        forged[forged.length - 1] ^= 1;
        return forged;
    }

    private Executor executor(SignatureCheck signatures, Pod pod) {
        return new Executor(network.genesis.networkId(), 1_000, signatures, List.of(pod));
    }

    private InMemoryTable genesisTable() {
        var table = new InMemoryTable();
        GenesisState.entries(network.genesis).forEach(table::put);
        return table;
    }

    private CommitContext context(ChangeSet state) {
        return new CommitContext(state, 100, new Validators(network.genesis.validators()), any -> true);
    }
}
