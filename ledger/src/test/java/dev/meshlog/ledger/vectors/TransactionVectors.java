package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.execution.CommitContext;
import dev.meshlog.ledger.execution.Executor;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.SignedTransaction;
import java.util.List;
import java.util.stream.IntStream;

/** Transactions, each executed under a leader of round 100 on the genesis state after those before it in its case. */
final class TransactionVectors {
    static final Hash VERTEX = Domain.VERTEX.hash();
    static final long LEADER_ROUND = 100;

    private static final AvroBinary<SignedTransaction> SIGNED = new AvroBinary<>(SignedTransaction.getClassSchema());

    private TransactionVectors() {}

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        file.put("networkId", VectorNetwork.NETWORK.hex())
                .put("leaderRound", LEADER_ROUND)
                .put("vertexId", VERTEX.hex());
        ArrayNode cases = file.putArray("cases");
        for (ExecutionCase each : ExecutionCase.all()) {
            var table = new InMemoryTable();
            GenesisState.entries(VectorNetwork.GENESIS).forEach(table::put);
            CommitContext context = context(table, each.fullSet());
            ObjectNode vector = cases.addObject().put("name", each.name()).put("fullSet", each.fullSet());
            ArrayNode before = vector.putArray("before");
            for (byte[] bytes : each.before()) {
                execute(bytes, context);
                before.add(Hex.of(bytes));
            }
            Validators validators = context.validators();
            context.state().flush();
            TxResult result = execute(each.transaction(), context);
            describe(vector.putObject("transaction"), each.transaction());
            vector.put("txId", result.txId().hex()).put("code", result.code().name());
            ArrayNode created = vector.putArray("created");
            result.created().forEach(id -> created.add(id.hex()));
            Entries.put(vector.putArray("changes"), context.state().flush());
            if (!context.validators().equals(validators)) {
                put(vector.putArray("validators"), context.validators());
            }
        }
        return file;
    }

    static CommitContext context(InMemoryTable table, boolean fullSet) {
        var validators = fullSet ? fullSet() : new Validators(VectorNetwork.GENESIS.validators());
        return new CommitContext(new ChangeSet(table), LEADER_ROUND, validators, any -> true);
    }

    static TxResult execute(byte[] bytes, CommitContext context) {
        GenesisConfig genesis = VectorNetwork.GENESIS;
        var executor =
                new Executor(genesis.networkId(), genesis.maxTxValidity(), Ed25519.fastest(), List.of(new SystemPod()));
        return executor.execute(bytes, VERTEX, context);
    }

    /** Key number n is H(01 ‖ n u32), each of weight 1. */
    private static Validators fullSet() {
        return new Validators(IntStream.range(0, Validators.MAX_SIZE)
                .mapToObj(i -> new Validator(Domain.BODY.hash(Domain.u32(i)), 1, "", 0))
                .toList());
    }

    static void put(ArrayNode list, Validators validators) {
        for (Validator member : validators.members()) {
            list.addObject()
                    .put("publicKey", member.publicKey().hex())
                    .put("weight", member.weight())
                    .put("gossipAddress", member.gossipAddress())
                    .put("stake", member.stake());
        }
    }

    private static void describe(ObjectNode vector, byte[] bytes) {
        vector.put("bytes", Hex.of(bytes));
        Transaction transaction;
        try {
            transaction = Transaction.parse(VectorNetwork.NETWORK, bytes);
        } catch (MalformedRecordException e) {
            return;
        }
        Call call = transaction.call();
        vector.put("sender", call.sender().hex());
        put(vector.putArray("reads"), call.reads());
        put(vector.putArray("writes"), call.writes());
        vector.put("createsCount", call.createsCount())
                .put("pod", call.pod())
                .put("function", call.function())
                .put("args", Hex.of(call.args()))
                .put("validUntilRound", call.validUntilRound())
                .put("body", Hex.of(SIGNED.decode(bytes).getBody().array()))
                .put("signature", Hex.of(transaction.signature()));
    }

    private static void put(ArrayNode list, List<ObjectRef> objects) {
        objects.forEach(object -> list.addArray().add(object.id().hex()).add(object.version()));
    }
}
