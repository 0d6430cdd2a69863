package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.ValidatorHistory;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.execution.LedgerObject.Coins;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The objects as the chain of commits leaves them, kept beside the nodes and told of nothing but transactions, results and changes. */
final class LedgerModel {
    /** With these a transaction was not admitted, and may still run. */
    private static final Set<ResultCode> NOT_ADMITTED = EnumSet.of(
            ResultCode.MALFORMED,
            ResultCode.DUPLICATE,
            ResultCode.BAD_SIGNATURE,
            ResultCode.EXPIRED,
            ResultCode.VALID_TOO_LONG);

    private final Hash networkId;
    private final long supply;
    private final NavigableMap<Hash, LedgerObject> objects = new TreeMap<>();
    private final Set<Hash> executed = new HashSet<>();
    private Validators validators;

    LedgerModel(GenesisConfig genesis) {
        this.networkId = genesis.networkId();
        genesis.objects()
                .forEach(object -> objects.put(
                        object.id(), new LedgerObject(1, object.owner(), new LedgerObject.Content(object.content()))));
        genesis.coins()
                .forEach(coin -> objects.put(coin.id(), new LedgerObject(1, coin.owner(), new Coins(coin.amount()))));
        this.validators = new Validators(genesis.validators());
        this.supply = supply();
    }

    NavigableMap<Hash, LedgerObject> objects() {
        return objects;
    }

    /** Of the newest epoch that is decided. */
    Validators validators() {
        return validators;
    }

    boolean isExecuted(Hash transaction) {
        return executed.contains(transaction);
    }

    void commit(CommitOutput commit, List<Vertex> vertices) {
        Map<Hash, Long> versions = run(commit, vertices);
        for (Map.Entry<byte[], byte @Nullable []> change : commit.changes().entrySet()) {
            byte[] key = change.getKey();
            if (key[0] == StateKey.OBJECTS) {
                take(commit.index(), Hash.of(Arrays.copyOfRange(key, 1, key.length)), change.getValue(), versions);
            } else if (key[0] == StateKey.VALIDATORS && change.getValue() != null) {
                validators = ValidatorHistory.decode(change.getValue()).ofEpoch(Long.MAX_VALUE);
            }
        }
        if (!versions.isEmpty()) {
            throw new InvariantViolation("O4", "commit " + commit.index() + " does not change " + versions.keySet());
        }
        if (supply() != supply) {
            throw new InvariantViolation(
                    "O4", supply() + " coins and stakes after commit " + commit.index() + ", were " + supply);
        }
    }

    /** @return of each object that a successful transaction touched the version it must have now; 0 for one that may be gone */
    private Map<Hash, Long> run(CommitOutput commit, List<Vertex> vertices) {
        Map<Hash, Long> versions = new HashMap<>();
        int next = 0;
        for (Vertex vertex : vertices) {
            for (byte[] bytes : vertex.transactions()) {
                TxResult result = commit.results().get(next);
                next++;
                if (!NOT_ADMITTED.contains(result.code()) && !executed.add(result.txId())) {
                    throw new InvariantViolation("O3", "transaction " + result.txId() + " runs twice: " + result);
                }
                if (result.isOk()) {
                    apply(bytes, result, versions);
                }
            }
        }
        if (next != commit.results().size()) {
            throw new InvariantViolation(
                    "O3", next + " transactions have " + commit.results().size() + " results");
        }
        return versions;
    }

    private void apply(byte[] bytes, TxResult result, Map<Hash, Long> versions) {
        Transaction transaction;
        try {
            transaction = Transaction.parse(networkId, bytes);
        } catch (MalformedRecordException e) {
            throw new InvariantViolation("O3", "no transaction was executed: " + e.getMessage());
        }
        for (ObjectRef ref : transaction.call().writes()) {
            LedgerObject before = objects.get(ref.id());
            long version = versions.getOrDefault(ref.id(), before == null ? 0 : before.version());
            if (ref.version() != version) {
                throw new InvariantViolation(
                        "O4",
                        "a transaction on version " + ref.version() + " of " + ref.id()
                                + " succeeds, though it has version " + version);
            }
            versions.put(ref.id(), version + 1);
        }
        result.created().forEach(id -> versions.put(id, 1L));
    }

    private void take(long commit, Hash id, byte @Nullable [] value, Map<Hash, Long> versions) {
        Long expected = versions.remove(id);
        if (value == null) {
            objects.remove(id);
            if (expected == null) {
                throw new InvariantViolation("O4", "commit " + commit + " deletes " + id + " without a transaction");
            }
            return;
        }
        LedgerObject now = LedgerObject.decode(value);
        if (expected == null || now.version() != expected) {
            throw new InvariantViolation(
                    "O4",
                    "commit " + commit + " gives " + id + " the version " + now.version() + ", transactions give "
                            + expected);
        }
        objects.put(id, now);
    }

    private long supply() {
        long coins = objects.values().stream()
                .mapToLong(object -> object.value() instanceof Coins coin ? coin.amount() : 0)
                .sum();
        return coins + validators.members().stream().mapToLong(Validator::stake).sum();
    }
}
