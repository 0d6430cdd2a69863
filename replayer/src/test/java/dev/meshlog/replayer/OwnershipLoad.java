package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/** Objects are made, handed on and deleted; transactions come twice, too late and too early. */
final class OwnershipLoad implements LongFunction<List<byte[]>> {
    private final Network network;
    private final Hash stranger;
    private final Random random;
    private final List<Transaction> made = new ArrayList<>();

    OwnershipLoad(Network network, Hash stranger, long seed) {
        this.network = network;
        this.stranger = stranger;
        this.random = new Random(seed);
    }

    @Override
    public List<byte[]> apply(long number) {
        long round = number / 100;
        List<byte[]> carried = new ArrayList<>();
        Transaction create = sign(List.of(), 1, "create_object", bytes(number), round + 15);
        carried.add(create.bytes());
        if (!made.isEmpty()) {
            Transaction earlier = made.get(random.nextInt(made.size()));
            carried.add(made.get(Math.max(0, made.size() - 6)).bytes());
            var object = new ObjectRef(earlier.createdId(0), 1);
            carried.add((random.nextInt(3) == 0
                            ? sign(List.of(object), 0, "delete_object", new byte[0], round + 15)
                            : sign(List.of(object), 0, "transfer_object", stranger.bytes(), round + 15))
                    .bytes());
        }
        carried.add(sign(List.of(), 1, "create_object", bytes(-number), random.nextBoolean() ? round - 1 : round + 90)
                .bytes());
        carried.add(new byte[] {1, (byte) number});
        made.add(create);
        return carried;
    }

    private Transaction sign(List<ObjectRef> writes, int creates, String function, byte[] args, long validUntilRound) {
        SigningKey key = network.keys.get(0);
        return Transaction.sign(
                network.genesis.networkId(),
                new Call(
                        key.publicKey(),
                        List.of(),
                        writes,
                        creates,
                        SystemPod.NAME,
                        function,
                        args,
                        Math.max(0, validUntilRound)),
                key);
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
