package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.execution.LedgerObject.Coins;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Clients: transactions on whatever objects there are, many of them in conflict, some wrong, some handed to two validators. */
final class Workload {
    private final World world;

    Workload(World world) {
        this.world = world;
    }

    void begin() {
        world.timeline.after(1_000 / world.scenario.transactionsPerSecond(), () -> {
            if (world.timeline.nowMs() < world.scenario.troubleMs()) {
                submit(world.chance(3) ? forged(random()) : random());
                begin();
            }
        });
    }

    /** With the signature of something else. */
    private Transaction forged(Transaction transaction) {
        byte[] bytes = transaction.bytes().clone();
        bytes[bytes.length - 1] ^= 1;
        return Transaction.parse(world.genesis.networkId(), bytes);
    }

    private void submit(Transaction transaction) {
        for (int copies = world.chance(20) ? 2 : 1; copies > 0; copies--) {
            world.nodes.get(world.random.nextInt(world.nodes.size())).submit(transaction.bytes());
        }
    }

    private Transaction random() {
        SigningKey sender =
                world.nodes.get(world.random.nextInt(world.nodes.size())).key();
        List<ObjectRef> things = new ArrayList<>();
        List<ObjectRef> coins = new ArrayList<>();
        for (Map.Entry<Hash, LedgerObject> entry :
                world.oracle.model().objects().entrySet()) {
            LedgerObject object = entry.getValue();
            if (object.owner().equals(sender.publicKey()) || world.chance(2)) {
                (object.value() instanceof Coins ? coins : things).add(new ObjectRef(entry.getKey(), object.version()));
            }
        }
        return switch (world.random.nextInt(8)) {
            case 0 ->
                things.isEmpty() ? create(sender) : call(sender, List.of(any(things)), 0, "delete_object", new byte[0]);
            case 1, 2 ->
                things.isEmpty() ? create(sender) : call(sender, List.of(any(things)), 0, "set_object", content());
            case 3 ->
                things.isEmpty()
                        ? create(sender)
                        : call(sender, List.of(any(things)), 0, "transfer_object", somebody());
            case 4 -> coins.isEmpty() ? create(sender) : call(sender, List.of(any(coins)), 2, "split", amounts(2));
            case 5 -> coins.size() < 2 ? create(sender) : call(sender, coins.subList(0, 2), 0, "merge", new byte[0]);
            case 6 -> coins.isEmpty() ? create(sender) : call(sender, List.of(any(coins)), 1, "transfer", payment());
            default -> create(sender);
        };
    }

    Transaction create(SigningKey sender) {
        return call(sender, List.of(), 1, "create_object", content());
    }

    /** Valid for long, signed rightly, in conflict with nothing. */
    Transaction marker(SigningKey sender) {
        return sign(
                sender,
                List.of(),
                1,
                "create_object",
                content(),
                world.oracle.leaderRound() + world.genesis.maxTxValidity());
    }

    /** The newcomer gives its smallest coin, so that it never outweighs the validators of the genesis. */
    void register(SimulatedNode node) {
        world.oracle.model().objects().entrySet().stream()
                .filter(entry -> entry.getValue().owner().equals(node.id())
                        && entry.getValue().value() instanceof Coins coin
                        && coin.amount() <= 3)
                .findFirst()
                .ifPresent(coin -> submitToAll(call(
                        node.key(),
                        List.of(new ObjectRef(coin.getKey(), coin.getValue().version())),
                        0,
                        "register_validator",
                        ("node" + node.number()).getBytes(StandardCharsets.UTF_8))));
    }

    void deregister(SimulatedNode node) {
        long stake = world.oracle
                .model()
                .validators()
                .find(node.id())
                .map(Validator::stake)
                .orElse(0L);
        submitToAll(call(node.key(), List.of(), stake > 0 ? 1 : 0, "deregister_validator", new byte[0]));
    }

    private void submitToAll(Transaction transaction) {
        world.nodes.forEach(node -> node.submit(transaction.bytes()));
    }

    private Transaction call(SigningKey sender, List<ObjectRef> writes, int creates, String function, byte[] args) {
        long validUntil = world.oracle.leaderRound() + (world.chance(5) ? 0 : 1 + world.random.nextInt(220));
        return sign(sender, writes, creates, function, args, validUntil);
    }

    private Transaction sign(
            SigningKey sender, List<ObjectRef> writes, int creates, String function, byte[] args, long validUntil) {
        Transaction transaction = Transaction.sign(
                world.genesis.networkId(),
                new Call(sender.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, validUntil),
                sender);
        world.signatures.made(sender.publicKey(), transaction.id(), transaction.signature());
        return transaction;
    }

    private ObjectRef any(List<ObjectRef> objects) {
        return objects.get(world.random.nextInt(objects.size()));
    }

    private byte[] content() {
        byte[] content = new byte[world.random.nextInt(60)];
        world.random.nextBytes(content);
        return content;
    }

    private byte[] somebody() {
        return world.nodes.get(world.random.nextInt(world.nodes.size())).id().bytes();
    }

    private byte[] amounts(int count) {
        ByteBuffer amounts = ByteBuffer.allocate(8 * count);
        while (amounts.hasRemaining()) {
            amounts.putLong(1 + world.random.nextInt(30));
        }
        return amounts.array();
    }

    private byte[] payment() {
        return ByteBuffer.allocate(Hash.LENGTH + 8)
                .put(somebody())
                .put(Domain.u64(1 + world.random.nextInt(40)))
                .array();
    }
}
