package dev.meshlog.streams.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.TransactionResult;
import dev.meshlog.schemas.ledger.ValidatorEntry;
import dev.meshlog.schemas.ledger.ValidatorSet;
import dev.meshlog.schemas.ledger.ValidatorSets;
import java.util.Arrays;
import java.util.List;

/** The ledger's values as JSON: ids, keys and contents in hex, indices, rounds and amounts as numbers up to 2^63 − 1. */
public final class LedgerJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AvroBinary<ValidatorSets> SETS = new AvroBinary<>(ValidatorSets.getClassSchema());

    private LedgerJson() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static String text(com.fasterxml.jackson.databind.JsonNode node) {
        try {
            return JSON.writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a node that can't be written", e);
        }
    }

    /**
     * An entry of the state.
     *
     * @param key of an object, the validators or the chain
     * @throws dev.meshlog.schemas.MalformedRecordException when the value is not one of that table
     */
    public static ObjectNode entry(byte[] key, byte[] value) {
        return switch (key[0]) {
            case StateKey.OBJECTS ->
                object(Hash.of(Arrays.copyOfRange(key, 1, key.length)), LedgerObject.decode(value));
            case StateKey.VALIDATORS -> validators(value);
            case StateKey.CHAIN -> chain(ChainHead.decode(value));
            default -> throw new IllegalArgumentException("no question is about table " + key[0]);
        };
    }

    static ObjectNode object(Hash id, LedgerObject object) {
        ObjectNode node = object().put("id", id.hex())
                .put("version", object.version())
                .put("owner", object.owner().hex());
        if (object.value() instanceof LedgerObject.Coins coins) {
            node.put("kind", "coin").put("amount", coins.amount());
        } else if (object.value() instanceof LedgerObject.Content content) {
            node.put("kind", "content").put("content", Hex.of(content.bytes()));
        }
        return node;
    }

    /** Each set with the first epoch that it holds for. */
    static ObjectNode validators(byte[] entry) {
        ObjectNode node = object();
        var sets = node.putArray("sets");
        for (ValidatorSet set : SETS.decode(entry).getSets()) {
            var members = sets.addObject().put("fromEpoch", set.getFromEpoch()).putArray("validators");
            for (ValidatorEntry member : set.getValidators()) {
                members.addObject()
                        .put("publicKey", Hex.of(member.getPublicKey()))
                        .put("weight", member.getWeight())
                        .put("stake", member.getStake())
                        .put("gossipAddress", member.getGossipAddress());
            }
        }
        return node;
    }

    static ObjectNode chain(ChainHead head) {
        return object().put("networkId", head.networkId().hex())
                .put("commit", head.commitIndex())
                .put("commitHash", head.commitHash().hex())
                .put("leaderRound", head.leaderRound())
                .put("epoch", head.epoch())
                .put("gcFloor", head.gcFloor())
                .put("vertices", head.vertices())
                .put("transactions", head.transactions())
                .put("failedTransactions", head.failedTransactions());
    }

    public static ObjectNode result(TransactionResult result) {
        ObjectNode node = object().put("id", Hex.of(result.getTxId()))
                .put("code", result.getCode())
                .put("message", sentence(result.getCode()))
                .put("detail", result.getDetail())
                .put("commit", result.getCommitIndex())
                .put("position", result.getPosition())
                .put("vertex", Hex.of(result.getVertexId()));
        var created = node.putArray("created");
        result.getCreated().forEach(id -> created.add(Hex.of(id)));
        return node;
    }

    /** For people; a later version's code has none here. */
    public static String sentence(String code) {
        return Arrays.stream(ResultCode.values())
                .filter(known -> known.name().equals(code))
                .map(ResultCode::sentence)
                .findFirst()
                .orElse("");
    }

    static ObjectNode commit(CommitRecord commit) {
        ObjectNode node = object().put("index", commit.getIndex())
                .put("commitHash", Hex.of(commit.getCommitHash()))
                .put("previousHash", Hex.of(commit.getPreviousHash()))
                .put("leader", Hex.of(commit.getLeader()))
                .put("leaderRound", commit.getLeaderRound())
                .put("leaderProducer", Hex.of(commit.getLeaderProducer()))
                .put("epoch", commit.getEpoch())
                .put("transactions", commit.getTransactions())
                .put("failedTransactions", commit.getFailedTransactions());
        if (commit.getCheckpoint() != null) {
            node.putObject("checkpoint")
                    .put("index", commit.getCheckpoint().getIndex())
                    .put("root", Hex.of(commit.getCheckpoint().getRoot()))
                    .put("entries", commit.getCheckpoint().getEntries());
        }
        var vertices = node.putArray("vertices");
        commit.getVertices().forEach(id -> vertices.add(Hex.of(id)));
        return node;
    }

    static String list(List<Long> numbers) {
        return String.join(", ", numbers.stream().map(String::valueOf).toList());
    }
}
