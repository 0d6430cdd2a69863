package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.execution.PodOutcome.Failure;
import dev.meshlog.ledger.execution.PodOutcome.NewValue;
import dev.meshlog.ledger.execution.PodOutcome.Success;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions in commit order. The checks come in one fixed order, so that a failure has one code: format, seen before, signature,
 * validity, declared versions, ownership, the function.
 *
 * <p>A transaction is used up once its signature and its validity hold, whatever comes out: it never runs a second time. Before that it
 * leaves no trace, so that a copy with a forged signature can't block the real one.
 */
public final class Executor {
    /** Fewer signatures are not worth a second thread. */
    private static final int MANY = 8;

    private final Hash networkId;
    private final long maxTxValidity;
    private final SignatureCheck signatures;
    private final Map<String, Pod> pods = new HashMap<>();

    public Executor(Hash networkId, long maxTxValidity, SignatureCheck signatures, List<Pod> pods) {
        this.networkId = networkId;
        this.maxTxValidity = maxTxValidity;
        this.signatures = signatures;
        for (Pod pod : pods) {
            this.pods.put(pod.name(), pod);
        }
    }

    /**
     * The transactions of a commit in its order. A signature depends on neither the state nor other transactions: those of many are checked by
     * all processors before the first one runs.
     */
    public List<TxResult> execute(List<Vertex> vertices, CommitContext commit) {
        List<Incoming> all = new ArrayList<>();
        for (Vertex vertex : vertices) {
            vertex.transactions().forEach(bytes -> all.add(Incoming.of(networkId, bytes, vertex.id())));
        }
        checkSignatures(all, commit);
        List<TxResult> results = new ArrayList<>();
        all.forEach(each -> results.add(execute(each, commit)));
        return results;
    }

    /** One transaction alone. */
    public TxResult execute(byte[] bytes, Hash vertexId, CommitContext commit) {
        return execute(Incoming.of(networkId, bytes, vertexId), commit);
    }

    /** Of each transaction that is new here the first copy; the others are looked at when their turn comes, if it still matters. */
    private void checkSignatures(List<Incoming> all, CommitContext commit) {
        Set<Hash> seen = new HashSet<>();
        List<Incoming> firsts = all.stream()
                .filter(each -> !each.isMalformed()
                        && seen.add(each.id())
                        && commit.state().get(StateKey.transaction(each.id())) == null)
                .toList();
        if (firsts.size() >= MANY) {
            firsts.parallelStream().forEach(each -> each.hasGoodSignature(signatures));
        }
    }

    private TxResult execute(Incoming incoming, CommitContext commit) {
        if (incoming.isMalformed()) {
            return new TxResult(incoming.id(), incoming.vertexId(), ResultCode.MALFORMED, incoming.defect(), List.of());
        }
        Transaction transaction = incoming.transaction();
        PodOutcome outcome = admit(incoming, commit);
        if (outcome == null) {
            commit.state()
                    .put(
                            StateKey.transaction(transaction.id()),
                            Domain.u64(transaction.call().validUntilRound()));
            commit.executed(transaction.id());
            outcome = run(transaction.call(), commit);
        }
        if (outcome instanceof Success success) {
            List<Hash> created = apply(transaction, success, commit);
            return new TxResult(transaction.id(), incoming.vertexId(), ResultCode.OK, "", created);
        }
        var failure = (Failure) outcome;
        return new TxResult(transaction.id(), incoming.vertexId(), failure.code(), failure.detail(), List.of());
    }

    /** Null when the transaction may run. */
    private @Nullable Failure admit(Incoming incoming, CommitContext commit) {
        long validUntil = incoming.transaction().call().validUntilRound();
        if (commit.state().get(StateKey.transaction(incoming.id())) != null) {
            return new Failure(ResultCode.DUPLICATE, "");
        }
        if (!incoming.hasGoodSignature(signatures)) {
            return new Failure(ResultCode.BAD_SIGNATURE, "");
        }
        if (validUntil < commit.leaderRound()) {
            return new Failure(ResultCode.EXPIRED, validUntil + " at round " + commit.leaderRound());
        }
        if (validUntil - commit.leaderRound() > maxTxValidity) {
            return new Failure(ResultCode.VALID_TOO_LONG, validUntil + " at round " + commit.leaderRound());
        }
        return null;
    }

    private PodOutcome run(Call call, CommitContext commit) {
        List<LedgerObject> reads = new ArrayList<>();
        List<LedgerObject> writes = new ArrayList<>();
        Failure failure = load(call.reads(), commit.state(), reads);
        if (failure == null) {
            failure = load(call.writes(), commit.state(), writes);
        }
        if (failure != null) {
            return failure;
        }
        for (int i = 0; i < writes.size(); i++) {
            if (!writes.get(i).owner().equals(call.sender())) {
                return new Failure(
                        ResultCode.NOT_OWNER, "object " + call.writes().get(i).id());
            }
        }
        Pod pod = pods.get(call.pod());
        if (pod == null) {
            return new Failure(ResultCode.UNKNOWN_POD, call.pod());
        }
        Optional<Failure> refusal = pod.verify(call);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        PodOutcome outcome = pod.execute(new PodCall(
                call.sender(),
                call.function(),
                call.args(),
                List.copyOf(reads),
                List.copyOf(writes),
                call.createsCount(),
                commit.validators()));
        boolean fits = !(outcome instanceof Success success)
                || success.validators().map(commit::fits).orElse(true);
        return fits
                ? outcome
                : new Failure(
                        ResultCode.TOO_MANY_VALIDATORS, "the sets of all open epochs fill their entry of the state");
    }

    private static @Nullable Failure load(List<ObjectRef> declared, ChangeSet state, List<LedgerObject> into) {
        for (ObjectRef ref : declared) {
            byte[] entry = state.get(StateKey.object(ref.id()));
            if (entry == null) {
                return new Failure(ResultCode.OBJECT_NOT_FOUND, "object " + ref.id());
            }
            LedgerObject object = LedgerObject.decode(entry);
            if (object.version() != ref.version()) {
                return new Failure(
                        ResultCode.VERSION_MISMATCH,
                        "object " + ref.id() + " has version " + object.version() + ", declared is " + ref.version());
            }
            into.add(object);
        }
        return null;
    }

    private static List<Hash> apply(Transaction transaction, Success success, CommitContext commit) {
        Call call = transaction.call();
        if (success.written().size() != call.writes().size()
                || success.created().size() != call.createsCount()) {
            throw new IllegalStateException("pod " + call.pod() + ", " + call.function() + ": not what was declared");
        }
        for (int i = 0; i < call.writes().size(); i++) {
            ObjectRef ref = call.writes().get(i);
            byte[] key = StateKey.object(ref.id());
            Optional<NewValue> value = success.written().get(i);
            if (value.isPresent()) {
                commit.state().put(key, encode(ref.version() + 1, value.get()));
            } else {
                commit.state().delete(key);
            }
        }
        List<Hash> created = new ArrayList<>();
        for (int i = 0; i < success.created().size(); i++) {
            Hash id = transaction.createdId(i);
            commit.state().put(StateKey.object(id), encode(1, success.created().get(i)));
            created.add(id);
        }
        success.validators().ifPresent(commit::replaceValidators);
        return created;
    }

    private static byte[] encode(long version, NewValue value) {
        return new LedgerObject(version, value.owner(), value.value()).encode();
    }
}
