package dev.meshlog.ledger.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random transactions of all functions, most of them nearly right. Signatures are not looked at. */
class CoinConservationTest {
    private static final List<String> FUNCTIONS = List.of(
            "create_object",
            "set_object",
            "transfer_object",
            "delete_object",
            "split",
            "merge",
            "transfer",
            "register_validator",
            "deregister_validator");
    private static final long[] EDGES = {Long.MIN_VALUE, -1, 0, 1, 2, Long.MAX_VALUE};

    private final List<SigningKey> people = List.of(Network.key(50), Network.key(51), Network.key(52), Network.key(53));
    private final GenesisConfig genesis = new Network(
                    2,
                    20,
                    12,
                    List.of(
                            coin(1, 0, 1_000),
                            coin(2, 1, Long.MAX_VALUE - 3_000 - Validator.MAX_WEIGHT),
                            coin(3, 2, 1),
                            coin(4, 3, Validator.MAX_WEIGHT)))
            .genesis;
    private final MemoryStateStore store = new MemoryStateStore();
    private final State state = new State(store, 4);
    private final Executor executor =
            new Executor(genesis.networkId(), 1_000, (key, message, signature) -> true, List.of(new SystemPod()));
    private final CommitContext context = new CommitContext(
            new ChangeSet(state), 100, new Validators(genesis.validators()), changed -> changed.size() < 5);

    private GenesisConfig.InitialCoin coin(int id, int owner, long amount) {
        return new GenesisConfig.InitialCoin(
                Hash.ofHex(String.format("%02x", id).repeat(32)),
                people.get(owner).publicKey(),
                amount);
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void coinsAndStakesTogetherStayWhatTheyWere(long seed) {
        GenesisState.entries(genesis).forEach(state::put);
        var random = new Random(seed);
        long supply = coinsAndStakes();
        Map<ResultCode, Integer> codes = new EnumMap<>(ResultCode.class);
        Set<String> succeeded = new HashSet<>();
        for (int i = 0; i < 700; i++) {
            Call call = call(random, i);
            byte[] bytes =
                    Transaction.sign(genesis.networkId(), call, people.get(0)).bytes();
            TxResult result = executor.execute(bytes, Hash.ZERO, context);
            context.state().flush();
            codes.merge(result.code(), 1, Integer::sum);
            if (result.isOk()) {
                succeeded.add(call.function());
            }
            assertThat(coinsAndStakes())
                    .as("seed %d, number %d, %s", seed, i, call.function())
                    .isEqualTo(supply);
        }
        assertThat(succeeded).as("seed %d", seed).containsAll(FUNCTIONS);
        assertThat(codes).as("seed %d", seed).hasSizeGreaterThan(8);
    }

    private Call call(Random random, int number) {
        SigningKey sender = people.get(random.nextInt(people.size()));
        String function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
        Map<Hash, LedgerObject> owned = objects(sender.publicKey(), function);
        List<Hash> ids = new ArrayList<>(owned.keySet());
        int wanted = function.equals("merge") ? 2 + random.nextInt(2) : 1;
        List<ObjectRef> writes = new ArrayList<>();
        while (!ids.isEmpty() && writes.size() < wanted && !function.matches("create_object|deregister_validator")) {
            Hash id = ids.remove(random.nextInt(ids.size()));
            long version = Objects.requireNonNull(owned.get(id)).version();
            writes.add(new ObjectRef(id, random.nextInt(20) == 0 ? version + 1 : version));
        }
        long amount = writes.isEmpty()
                ? 1
                : amount(random, Objects.requireNonNull(owned.get(writes.get(0).id())));
        byte[] args = new byte[] {(byte) number, (byte) (number >> 8)};
        int creates = 0;
        Hash other = people.get(random.nextInt(people.size())).publicKey();
        switch (function) {
            case "create_object", "set_object" -> creates = function.equals("create_object") ? 1 : 0;
            case "transfer_object" -> args = other.bytes();
            case "split" -> {
                creates = 1 + random.nextInt(3);
                ByteBuffer out = ByteBuffer.allocate(8 * creates);
                while (out.hasRemaining()) {
                    out.putLong(amount);
                }
                args = out.array();
            }
            case "transfer" -> {
                creates = 1;
                args = ByteBuffer.allocate(40)
                        .put(other.bytes())
                        .putLong(amount)
                        .array();
            }
            case "register_validator" -> args = ("a:" + number).getBytes(StandardCharsets.US_ASCII);
            default -> {
                args = new byte[0];
                creates = function.equals("deregister_validator") && random.nextInt(8) > 0 ? 1 : 0;
            }
        }
        return new Call(
                sender.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, 200 + number % 700);
    }

    /** An edge, or something between 1 and a bit more than what is there. */
    private static long amount(Random random, LedgerObject object) {
        if (random.nextInt(8) == 0 || !(object.value() instanceof LedgerObject.Coins coins)) {
            return EDGES[random.nextInt(EDGES.length)];
        }
        return random.nextInt(6) == 0 ? coins.amount() : 1 + Math.floorMod(random.nextLong(), coins.amount());
    }

    /** The sender's, and now and then somebody else's; coins alone where the function is one of coins. */
    private Map<Hash, LedgerObject> objects(Hash owner, String function) {
        boolean coinsOnly = function.matches("split|merge|transfer|register_validator");
        Map<Hash, LedgerObject> objects = new LinkedHashMap<>();
        store.forEach(4, (bucket, key, value) -> {
            if (key[0] == StateKey.OBJECTS) {
                LedgerObject object = LedgerObject.decode(value);
                boolean isCoin = object.value() instanceof LedgerObject.Coins;
                if ((object.owner().equals(owner) || key[1] == 1) && (isCoin || !coinsOnly)) {
                    objects.put(Hash.of(Arrays.copyOfRange(key, 1, key.length)), object);
                }
            }
        });
        return objects;
    }

    private long coinsAndStakes() {
        var sum = new AtomicLong();
        store.forEach(4, (bucket, key, value) -> {
            if (key[0] == StateKey.OBJECTS && LedgerObject.decode(value).value() instanceof LedgerObject.Coins coins) {
                assertThat(coins.amount()).isPositive();
                sum.addAndGet(coins.amount());
            }
        });
        context.validators().members().forEach(member -> sum.addAndGet(member.stake()));
        return sum.get();
    }
}
