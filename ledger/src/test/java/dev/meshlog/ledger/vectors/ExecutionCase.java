package dev.meshlog.ledger.vectors;

import static dev.meshlog.ledger.vectors.VectorNetwork.COIN;
import static dev.meshlog.ledger.vectors.VectorNetwork.HEAVY_COIN;
import static dev.meshlog.ledger.vectors.VectorNetwork.JOINER;
import static dev.meshlog.ledger.vectors.VectorNetwork.OBJECT;
import static dev.meshlog.ledger.vectors.VectorNetwork.SECOND_COIN;
import static dev.meshlog.ledger.vectors.VectorNetwork.STAKE;
import static dev.meshlog.ledger.vectors.VectorNetwork.USER;
import static dev.meshlog.ledger.vectors.VectorNetwork.VALIDATORS;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.vertex.Limits;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A transaction and what was executed before it.
 *
 * @param fullSet whether the validators are as many as there can be, instead of those of the genesis
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ExecutionCase(String name, boolean fullSet, List<byte[]> before, byte[] transaction) {
    private static final byte[] NONE = new byte[0];
    private static final ObjectRef OBJECT_1 = new ObjectRef(OBJECT, 1);
    private static final ObjectRef COIN_1 = new ObjectRef(COIN, 1);
    private static final ObjectRef SECOND_1 = new ObjectRef(SECOND_COIN, 1);
    private static final ObjectRef STAKE_1 = new ObjectRef(STAKE, 1);

    static List<ExecutionCase> all() {
        List<ExecutionCase> cases = new ArrayList<>();
        addSuccesses(cases);
        addAdmission(cases);
        addDeclarations(cases);
        addArguments(cases);
        addCoinFailures(cases);
        addValidatorFailures(cases);
        return cases;
    }

    private static void addSuccesses(List<ExecutionCase> cases) {
        byte[] receiver = JOINER.publicKey().bytes();
        Call register = call(JOINER, "register_validator").writing(STAKE_1).args(text("udp://j:1"));
        add(cases, "create_object", call(USER, "create_object").creating(1).args(new byte[] {7, 8, 9}));
        add(cases, "create_object without content", call(USER, "create_object").creating(1));
        add(
                cases,
                "create_object that reads",
                call(USER, "create_object").reading(STAKE_1).creating(1));
        add(cases, "set_object", call(USER, "set_object").writing(OBJECT_1).args(new byte[] {5}));
        add(
                cases,
                "set_object, same content",
                call(USER, "set_object").writing(OBJECT_1).args(new byte[] {1, 2}));
        add(
                cases,
                "transfer_object",
                call(USER, "transfer_object").writing(OBJECT_1).args(receiver));
        add(
                cases,
                "transfer_object of a coin",
                call(USER, "transfer_object").writing(COIN_1).args(receiver));
        add(cases, "delete_object", call(USER, "delete_object").writing(OBJECT_1));
        add(cases, "split", call(USER, "split").writing(COIN_1).creating(2).args(numbers(60, 39)));
        add(cases, "merge", call(USER, "merge").writing(COIN_1, SECOND_1));
        add(
                cases,
                "transfer",
                call(USER, "transfer").writing(COIN_1).creating(1).args(payment(1)));
        add(
                cases,
                "transfer of all",
                call(USER, "transfer").writing(COIN_1).creating(1).args(payment(100)));
        add(cases, "register_validator", register);
        add(cases, "deregister_validator of the genesis", call(VALIDATORS.get(2), "deregister_validator"));
        add(
                cases,
                "deregister_validator with a stake",
                call(JOINER, "deregister_validator").creating(1),
                register.bytes());
        add(
                cases,
                "valid until the leader's round",
                call(USER, "create_object").creating(1).until(100));
        add(
                cases,
                "valid as long as possible",
                call(USER, "create_object").creating(1).until(120));
    }

    private static void addAdmission(List<ExecutionCase> cases) {
        Call good = call(USER, "create_object").creating(1);
        byte[] forged = good.bytes();
        forged[forged.length - 1] ^= 1;
        add(cases, "two bytes", List.of(), new byte[] {1, 2});
        add(cases, "a byte too many", List.of(), Arrays.copyOf(good.bytes(), good.bytes().length + 1));
        add(cases, "a forged signature", List.of(), forged);
        add(cases, "executed before", good, good.bytes());
        add(cases, "a forged copy of one that was executed", List.of(good.bytes()), forged);
        add(cases, "after a copy that was forged", good, forged);
        add(
                cases,
                "one that failed before",
                call(USER, "mint"),
                call(USER, "mint").bytes());
        add(cases, "expired", call(USER, "create_object").creating(1).until(99));
        add(cases, "valid too long", call(USER, "create_object").creating(1).until(121));
        add(cases, "no such object", call(USER, "set_object").writing(new ObjectRef(Hash.ZERO, 1)));
        add(cases, "no such object to read", good.reading(new ObjectRef(Hash.ZERO, 1)));
        add(cases, "another version", call(USER, "set_object").writing(new ObjectRef(OBJECT, 2)));
        add(cases, "another version to read", good.reading(new ObjectRef(OBJECT, 0)));
        add(cases, "somebody else's object", call(JOINER, "set_object").writing(OBJECT_1));
        add(cases, "unknown pod", good.pod("other"));
        add(cases, "unknown function", call(USER, "mint"));
    }

    private static void addDeclarations(List<ExecutionCase> cases) {
        for (String function : List.of("create_object", "split", "transfer")) {
            add(cases, function + " that creates nothing", call(USER, function).writing(COIN_1));
        }
        for (String function : List.of("set_object", "transfer_object", "delete_object")) {
            add(cases, function + " that writes nothing", call(USER, function));
        }
        add(cases, "merge of one coin", call(USER, "merge").writing(COIN_1));
        add(cases, "register_validator without a coin", call(USER, "register_validator"));
        add(
                cases,
                "deregister_validator that writes",
                call(USER, "deregister_validator").writing(COIN_1));
        add(
                cases,
                "deregister_validator of the genesis that wants a coin",
                call(VALIDATORS.get(0), "deregister_validator").creating(1));
    }

    private static void addArguments(List<ExecutionCase> cases) {
        byte[] one = {1};
        add(
                cases,
                "create_object over 4 KiB",
                call(USER, "create_object").creating(1).args(new byte[Limits.OBJECT_CONTENT_BYTES + 1]));
        add(
                cases,
                "transfer_object to 31 bytes",
                call(USER, "transfer_object").writing(OBJECT_1).args(new byte[31]));
        add(
                cases,
                "delete_object with arguments",
                call(USER, "delete_object").writing(OBJECT_1).args(one));
        add(
                cases,
                "merge with arguments",
                call(USER, "merge").writing(COIN_1, SECOND_1).args(one));
        add(
                cases,
                "deregister_validator with arguments",
                call(VALIDATORS.get(0), "deregister_validator").args(one));
        Call register = call(USER, "register_validator").writing(COIN_1);
        add(cases, "register_validator, not UTF-8", register.args(new byte[] {-1}));
        add(cases, "register_validator, 256 characters", register.args(text("a".repeat(256))));
    }

    private static void addCoinFailures(List<ExecutionCase> cases) {
        Call split = call(USER, "split").writing(COIN_1);
        Call transfer = call(USER, "transfer").writing(COIN_1).creating(1);
        add(cases, "set_object of a coin", call(USER, "set_object").writing(COIN_1));
        add(cases, "delete_object of a coin", call(USER, "delete_object").writing(COIN_1));
        add(
                cases,
                "split of no coin",
                call(USER, "split").writing(OBJECT_1).creating(1).args(numbers(1)));
        add(cases, "merge of no coin", call(USER, "merge").writing(COIN_1, OBJECT_1));
        add(
                cases,
                "transfer of no coin",
                call(USER, "transfer").writing(OBJECT_1).creating(1).args(payment(1)));
        add(cases, "split without an amount", split.creating(2).args(numbers(1)));
        add(cases, "split of 0", split.creating(1).args(numbers(0)));
        add(cases, "split of less than 0", split.creating(2).args(numbers(50, -50)));
        add(cases, "split that leaves 0", split.creating(2).args(numbers(50, 50)));
        add(cases, "split beyond 2^63", split.creating(2).args(numbers(Long.MAX_VALUE, Long.MAX_VALUE)));
        add(cases, "transfer of 0", transfer.args(payment(0)));
        add(cases, "transfer of less than 0", transfer.args(payment(-1)));
        add(cases, "transfer of too much", transfer.args(payment(101)));
        add(cases, "transfer without an amount", transfer.args(new byte[32]));
    }

    private static void addValidatorFailures(List<ExecutionCase> cases) {
        Call register = call(JOINER, "register_validator").writing(STAKE_1).args(text("udp://j:1"));
        add(
                cases,
                "register_validator of no coin",
                call(USER, "register_validator").writing(OBJECT_1));
        add(
                cases,
                "register_validator above 2^48",
                call(USER, "register_validator").writing(new ObjectRef(HEAVY_COIN, 1)));
        add(
                cases,
                "register_validator twice",
                call(USER, "register_validator").writing(SECOND_1),
                call(USER, "register_validator").writing(COIN_1).bytes());
        add(cases, "deregister_validator of a stranger", call(USER, "deregister_validator"));
        add(
                cases,
                "deregister_validator that leaves its stake",
                call(JOINER, "deregister_validator"),
                register.bytes());
        add(
                cases,
                "deregister_validator of the last one",
                call(VALIDATORS.get(0), "deregister_validator"),
                call(VALIDATORS.get(1), "deregister_validator").bytes(),
                call(VALIDATORS.get(2), "deregister_validator").bytes(),
                call(VALIDATORS.get(3), "deregister_validator").bytes());
        cases.add(new ExecutionCase("register_validator as number 1,001", true, List.of(), register.bytes()));
    }

    private static void add(List<ExecutionCase> cases, String name, Call call, byte[]... before) {
        add(cases, name, List.of(before), call.bytes());
    }

    private static void add(List<ExecutionCase> cases, String name, List<byte[]> before, byte[] transaction) {
        cases.add(new ExecutionCase(name, false, before, transaction));
    }

    private static Call call(SigningKey sender, String function) {
        return new Call(sender, "system", function, List.of(), List.of(), 0, NONE, 110);
    }

    private static byte[] numbers(long... amounts) {
        var out = java.nio.ByteBuffer.allocate(Long.BYTES * amounts.length);
        for (long amount : amounts) {
            out.putLong(amount);
        }
        return out.array();
    }

    private static byte[] payment(long amount) {
        return java.nio.ByteBuffer.allocate(Hash.LENGTH + Long.BYTES)
                .put(JOINER.publicKey().bytes())
                .putLong(amount)
                .array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A call that is put together step by step. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Call(
            SigningKey sender,
            String pod,
            String function,
            List<ObjectRef> reads,
            List<ObjectRef> writes,
            int creates,
            byte[] args,
            long validUntil) {
        Call reading(ObjectRef... objects) {
            return new Call(sender, pod, function, List.of(objects), writes, creates, args, validUntil);
        }

        Call writing(ObjectRef... objects) {
            return new Call(sender, pod, function, reads, List.of(objects), creates, args, validUntil);
        }

        Call creating(int count) {
            return new Call(sender, pod, function, reads, writes, count, args, validUntil);
        }

        Call args(byte[] bytes) {
            return new Call(sender, pod, function, reads, writes, creates, bytes, validUntil);
        }

        Call until(long round) {
            return new Call(sender, pod, function, reads, writes, creates, args, round);
        }

        Call pod(String name) {
            return new Call(sender, name, function, reads, writes, creates, args, validUntil);
        }

        byte[] bytes() {
            var call = new dev.meshlog.ledger.vertex.Call(
                    sender.publicKey(), reads, writes, creates, pod, function, args, validUntil);
            return Transaction.sign(VectorNetwork.NETWORK, call, sender).bytes();
        }
    }
}
