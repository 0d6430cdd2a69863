package dev.meshlog.infra.client;

import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** A transaction of the system pod before it is signed: what it writes and creates, and its arguments. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Draft(String function, List<ObjectRef> writes, int creates, byte[] args) {
    public Draft {
        writes = List.copyOf(writes);
    }

    public static Draft create(byte[] content) {
        return new Draft("create_object", List.of(), 1, content);
    }

    public static Draft set(ObjectRef object, byte[] content) {
        return new Draft("set_object", List.of(object), 0, content);
    }

    public static Draft transfer(ObjectRef object, Hash newOwner) {
        return new Draft("transfer_object", List.of(object), 0, newOwner.bytes());
    }

    public static Draft delete(ObjectRef object) {
        return new Draft("delete_object", List.of(object), 0, new byte[0]);
    }

    public static Draft split(ObjectRef coin, List<Long> amounts) {
        ByteBuffer args = ByteBuffer.allocate(Long.BYTES * amounts.size());
        amounts.forEach(args::putLong);
        return new Draft("split", List.of(coin), amounts.size(), args.array());
    }

    public static Draft merge(List<ObjectRef> coins) {
        return new Draft("merge", coins, 0, new byte[0]);
    }

    public static Draft pay(ObjectRef coin, Hash receiver, long amount) {
        ByteBuffer args = ByteBuffer.allocate(Hash.LENGTH + Long.BYTES);
        receiver.putInto(args);
        return new Draft("transfer", List.of(coin), 1, args.putLong(amount).array());
    }

    public static Draft register(ObjectRef coin, String gossipAddress) {
        return new Draft("register_validator", List.of(coin), 0, gossipAddress.getBytes(StandardCharsets.UTF_8));
    }

    /** @param stake what the registration took in; it comes back as one coin */
    public static Draft deregister(long stake) {
        return new Draft("deregister_validator", List.of(), stake > 0 ? 1 : 0, new byte[0]);
    }

    /**
     * The smallest coin that holds the amount: large ones stay whole.
     *
     * @throws UserError when no single coin does
     */
    public static ObjectRef coinFor(long amount, List<LedgerAccess.Coin> coins) {
        return coins.stream()
                .filter(coin -> coin.amount() >= amount)
                .min(Comparator.comparingLong(LedgerAccess.Coin::amount))
                .map(LedgerAccess.Coin::ref)
                .orElseThrow(() -> new UserError(
                        "no single coin of yours holds " + amount + "; all " + coins.size() + " together hold "
                                + coins.stream()
                                        .mapToLong(LedgerAccess.Coin::amount)
                                        .sum(),
                        "if that is enough, make one of them: meshlog tx merge "
                                + String.join(
                                        " ",
                                        coins.stream()
                                                .sorted(Comparator.comparingLong(LedgerAccess.Coin::amount)
                                                        .reversed())
                                                .limit(5)
                                                .map(coin -> coin.ref().id().hex())
                                                .toList())));
    }

    /** @throws UserError when it is over a limit */
    public Transaction sign(Hash networkId, SigningKey key, long validUntilRound) {
        var call =
                new Call(key.publicKey(), List.of(), writes, creates, SystemPod.NAME, function, args, validUntilRound);
        try {
            return Transaction.sign(networkId, call, key);
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    String.valueOf(e.getMessage()),
                    "a transaction has at most 64 KiB, 256 objects and no object twice",
                    e);
        }
    }
}
