package dev.meshlog.ledger.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExecutorTest {
    private static final Hash OBJECT = Hash.ofHex("ab".repeat(32));
    private static final Hash COIN = Hash.ofHex("01".repeat(32));
    private static final Hash SECOND_COIN = Hash.ofHex("02".repeat(32));
    private static final Hash HIS_COIN = Hash.ofHex("03".repeat(32));
    private static final Hash VERTEX = Hash.ofHex("ee".repeat(32));

    private final SigningKey me = Network.key(50);
    private final SigningKey him = Network.key(51);
    private final Network network = network();
    private final Hash networkId = network.genesis.networkId();
    private final InMemoryTable table = new InMemoryTable();
    private final Executor executor = new Executor(networkId, 1_000, Ed25519.fastest(), List.of(new SystemPod()));
    private final CommitContext commit;
    private final Set<ResultCode> seen = EnumSet.noneOf(ResultCode.class);

    ExecutorTest() {
        GenesisState.entries(network.genesis).forEach(table::put);
        commit =
                new CommitContext(new ChangeSet(table), 100, new Validators(network.genesis.validators()), any -> true);
    }

    private Network network() {
        return new Network(
                2,
                20,
                12,
                List.of(
                        new GenesisConfig.InitialCoin(COIN, me.publicKey(), 100),
                        new GenesisConfig.InitialCoin(SECOND_COIN, me.publicKey(), 11),
                        new GenesisConfig.InitialCoin(HIS_COIN, him.publicKey(), 7)));
    }

    @Test
    void objectsLiveAndGo() {
        TxResult created = run(me, "create_object", List.of(), 1, new byte[] {1});
        Hash id = created.created().get(0);
        assertThat(object(id).version()).isEqualTo(1);

        assertOk(run(me, "set_object", List.of(new ObjectRef(id, 1)), 0, new byte[] {2}));
        assertThat(object(id).version()).isEqualTo(2);
        assertOk(run(
                me,
                "transfer_object",
                List.of(new ObjectRef(id, 2)),
                0,
                him.publicKey().bytes()));
        assertThat(object(id).owner()).isEqualTo(him.publicKey());
        assertOk(run(him, "delete_object", List.of(new ObjectRef(id, 3)), 0, new byte[0]));
        assertThat(commit.state().get(StateKey.object(id))).isNull();
    }

    @Test
    void coinsMoveAndTheirSumStays() {
        TxResult split = run(me, "split", List.of(new ObjectRef(COIN, 1)), 2, amounts(10, 20));
        assertOk(split);
        assertThat(amount(COIN)).isEqualTo(70);
        assertThat(amount(split.created().get(1))).isEqualTo(20);

        assertOk(run(
                me,
                "merge",
                List.of(
                        new ObjectRef(COIN, 2),
                        new ObjectRef(split.created().get(0), 1),
                        new ObjectRef(SECOND_COIN, 1)),
                0,
                new byte[0]));
        assertThat(amount(COIN)).isEqualTo(91);
        assertThat(commit.state().get(StateKey.object(SECOND_COIN))).isNull();

        TxResult sent = run(me, "transfer", List.of(new ObjectRef(COIN, 3)), 1, transfer(him, 91));
        assertOk(sent);
        assertThat(commit.state().get(StateKey.object(COIN))).isNull();
        assertThat(object(sent.created().get(0)).owner()).isEqualTo(him.publicKey());
        assertThat(amount(sent.created().get(0)) + amount(split.created().get(1)) + amount(HIS_COIN))
                .isEqualTo(118);
    }

    @Test
    void registrationTakesACoinInAndDeregistrationGivesItBack() {
        assertOk(run(me, "register_validator", List.of(new ObjectRef(COIN, 1)), 0, text("quic://a:1")));
        assertThat(commit.validators().weight(me.publicKey())).isEqualTo(100);

        TxResult back = run(me, "deregister_validator", List.of(), 1, new byte[0]);

        assertOk(back);
        assertThat(amount(back.created().get(0))).isEqualTo(100);
        assertThat(commit.validators().contains(me.publicKey())).isFalse();
    }

    @Test
    void everyFailureHasItsCodeAndNoEffect() {
        ObjectRef coin = new ObjectRef(COIN, 1);
        ObjectRef object = new ObjectRef(OBJECT, 1);
        SigningKey owner = network.keys.get(0);
        byte[] none = new byte[0];

        expect(ResultCode.MALFORMED, executor.execute(new byte[] {1, 2}, VERTEX, commit));
        Transaction good = sign(me, call(me, "create_object", List.of(), 1, none, 500));
        byte[] forged = good.bytes().clone();
        forged[forged.length - 1] ^= 1;
        expect(ResultCode.BAD_SIGNATURE, executor.execute(forged, VERTEX, commit));
        expect(ResultCode.OK, executor.execute(good.bytes(), VERTEX, commit));
        expect(ResultCode.DUPLICATE, executor.execute(good.bytes(), VERTEX, commit));
        expect(ResultCode.DUPLICATE, executor.execute(forged, VERTEX, commit));
        expect(ResultCode.EXPIRED, execute(me, call(me, "create_object", List.of(), 1, none, 99)));
        expect(ResultCode.OK, execute(me, call(me, "create_object", List.of(), 1, none, 100)));
        expect(ResultCode.OK, execute(me, call(me, "create_object", List.of(), 1, none, 1_100)));
        expect(ResultCode.VALID_TOO_LONG, execute(me, call(me, "create_object", List.of(), 1, none, 1_101)));
        expect(ResultCode.OBJECT_NOT_FOUND, run(me, "set_object", List.of(new ObjectRef(VERTEX, 1)), 0, none));
        expect(ResultCode.VERSION_MISMATCH, run(owner, "set_object", List.of(new ObjectRef(OBJECT, 2)), 0, none));
        expect(ResultCode.NOT_OWNER, run(me, "set_object", List.of(object), 0, none));
        expect(ResultCode.UNKNOWN_FUNCTION, run(me, "mint", List.of(), 0, none));
        expect(
                ResultCode.UNKNOWN_POD,
                execute(me, new Call(me.publicKey(), List.of(), List.of(), 0, "other", "create_object", none, 500)));
        expect(ResultCode.BAD_DECLARATION, run(me, "create_object", List.of(), 2, none));
        expect(ResultCode.BAD_ARGUMENTS, run(me, "transfer_object", List.of(coin), 0, new byte[31]));
        expect(ResultCode.CONTENT_TOO_LARGE, run(me, "create_object", List.of(), 1, new byte[4097]));
        expect(ResultCode.WRONG_KIND, run(me, "set_object", List.of(coin), 0, none));
        expect(ResultCode.WRONG_KIND, run(me, "delete_object", List.of(coin), 0, none));
        expect(ResultCode.WRONG_KIND, run(owner, "transfer", List.of(object), 1, transfer(him, 1)));
        expect(ResultCode.INSUFFICIENT_AMOUNT, run(me, "transfer", List.of(coin), 1, transfer(him, 101)));
        expect(ResultCode.INSUFFICIENT_AMOUNT, run(me, "split", List.of(coin), 2, amounts(50, 50)));
        expect(ResultCode.BAD_ARGUMENTS, run(me, "split", List.of(coin), 2, amounts(50, -50)));
        expect(ResultCode.NOT_A_VALIDATOR, run(me, "deregister_validator", List.of(), 0, none));
        assertThat(object(COIN).version()).isEqualTo(1);
        expect(ResultCode.OK, run(me, "register_validator", List.of(coin), 0, text("a:1")));
        expect(
                ResultCode.ALREADY_VALIDATOR,
                run(me, "register_validator", List.of(new ObjectRef(SECOND_COIN, 1)), 0, text("a:1")));
        expect(ResultCode.OK, run(network.keys.get(0), "deregister_validator", List.of(), 0, none));
        expect(ResultCode.OK, run(network.keys.get(1), "deregister_validator", List.of(), 0, none));
        expect(ResultCode.LAST_VALIDATOR, run(me, "deregister_validator", List.of(), 1, none));

        var full = new CommitContext(new ChangeSet(table), 100, fullSet(), any -> true);
        byte[] registration = sign(me, call(me, "register_validator", List.of(coin), 0, text("a:2"), 500))
                .bytes();
        expect(ResultCode.TOO_MANY_VALIDATORS, executor.execute(registration, VERTEX, full));
        assertThat(seen).containsExactlyInAnyOrder(ResultCode.values());
    }

    private static Validators fullSet() {
        return new Validators(IntStream.range(0, Validators.MAX_SIZE)
                .mapToObj(i -> new Validator(Domain.BODY.hash(Domain.u32(i)), 1, "", 0))
                .toList());
    }

    private void expect(ResultCode code, TxResult result) {
        assertThat(result.code()).as(result.detail()).isEqualTo(code);
        seen.add(code);
    }

    private static void assertOk(TxResult result) {
        assertThat(result.code()).as(result.detail()).isEqualTo(ResultCode.OK);
    }

    private TxResult run(SigningKey sender, String function, List<ObjectRef> writes, int creates, byte[] args) {
        return execute(sender, call(sender, function, writes, creates, args, 500));
    }

    private static Call call(
            SigningKey sender, String function, List<ObjectRef> writes, int creates, byte[] args, long validUntil) {
        return new Call(sender.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, validUntil);
    }

    private TxResult execute(SigningKey sender, Call call) {
        return executor.execute(sign(sender, call).bytes(), VERTEX, commit);
    }

    private Transaction sign(SigningKey sender, Call call) {
        return Transaction.sign(networkId, call, sender);
    }

    private LedgerObject object(Hash id) {
        return LedgerObject.decode(Objects.requireNonNull(commit.state().get(StateKey.object(id))));
    }

    private long amount(Hash id) {
        return ((LedgerObject.Coins) object(id).value()).amount();
    }

    private static byte[] amounts(long... amounts) {
        ByteBuffer out = ByteBuffer.allocate(8 * amounts.length);
        for (long amount : amounts) {
            out.putLong(amount);
        }
        return out.array();
    }

    private static byte[] transfer(SigningKey receiver, long amount) {
        return ByteBuffer.allocate(40)
                .put(receiver.publicKey().bytes())
                .putLong(amount)
                .array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
