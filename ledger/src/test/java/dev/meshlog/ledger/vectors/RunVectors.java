package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.Applied;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.DagEvent;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Hex;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A run from the genesis: the log, and everything that comes out of it. */
final class RunVectors {
    static final List<Vertex> LOG = RunLog.make();

    private RunVectors() {}

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        file.put("genesis", VectorNetwork.GENESIS.toJson());
        ArrayNode vertices = file.putArray("log");
        LOG.forEach(vertex -> vertices.addArray()
                .add(Hex.of(vertex.header().encode()))
                .add(Hex.of(vertex.signature()))
                .add(Hex.of(vertex.body())));
        ArrayNode commits = file.putArray("commits");
        ArrayNode events = file.putArray("events");
        NavigableMap<Long, Validators> sets = new TreeMap<>();
        var store = new MemoryStateStore();
        Ledger ledger = RunLog.open(store);
        for (int offset = 0; offset < LOG.size(); offset++) {
            Applied applied = apply(ledger, offset, Long.MAX_VALUE);
            for (CommitOutput commit : applied.commits()) {
                put(commits.addObject().put("offset", offset), commit);
            }
            for (DagEvent event : applied.events()) {
                put(events.addObject().put("offset", offset), event);
            }
            for (long epoch = 0; epoch < 6; epoch++) {
                Optional<Validators> set = ledger.knownValidators().ofEpoch(epoch);
                if (set.isPresent()) {
                    sets.put(epoch, set.get());
                }
            }
        }
        ArrayNode validators = file.putArray("validators");
        sets.values().forEach(set -> TransactionVectors.put(validators.addArray(), set));
        NavigableMap<byte[], byte[]> entries = new TreeMap<>(ChangeSet.KEY_ORDER);
        store.forEach(VectorNetwork.GENESIS.bucketBits(), (bucket, key, value) -> entries.put(key, value));
        Entries.put(file.putArray("entries"), entries);
        return file;
    }

    /** The state as that commit left it. */
    static MemoryStateStore storeAt(long commit) {
        var store = new MemoryStateStore();
        Ledger ledger = RunLog.open(store);
        for (int offset = 0; ledger.head().commitIndex() < commit; offset++) {
            apply(ledger, offset, commit);
        }
        return store;
    }

    private static Applied apply(Ledger ledger, int offset, long lastCommit) {
        try {
            return ledger.apply(LOG.get(offset), offset, lastCommit);
        } catch (SafetyViolationException e) {
            throw new IllegalStateException("offset " + offset, e);
        }
    }

    private static void put(ObjectNode vector, CommitOutput commit) {
        vector.put("index", commit.index())
                .put("hash", commit.commitHash().hex())
                .put("leaderRound", commit.leader().round())
                .put("leader", commit.leader().id().hex())
                .put("epoch", commit.epoch())
                .put("replayFrom", commit.replayFrom());
        ArrayNode vertices = vector.putArray("vertices");
        commit.vertices().stream().map(VertexRef::id).forEach(id -> vertices.add(id.hex()));
        ArrayNode results = vector.putArray("results");
        for (TxResult result : commit.results()) {
            ArrayNode created = results.addObject()
                    .put("txId", result.txId().hex())
                    .put("vertex", result.vertexId().hex())
                    .put("code", result.code().name())
                    .putArray("created");
            result.created().forEach(id -> created.add(id.hex()));
        }
        Entries.put(vector.putArray("changes"), commit.changes());
        commit.checkpoint()
                .ifPresent(checkpoint -> vector.putObject("checkpoint")
                        .put("index", checkpoint.index())
                        .put("root", checkpoint.root().hex())
                        .put("entries", checkpoint.entries()));
    }

    private static void put(ObjectNode vector, DagEvent event) {
        ArrayNode evidence = vector.put("kind", event.kind().name())
                .put("round", event.vertex().round())
                .put("vertex", event.vertex().id().hex())
                .putArray("evidence");
        event.evidence()
                .forEach(header -> evidence.addArray()
                        .add(Hex.of(header.getHeader().bytes()))
                        .add(Hex.of(header.getSignature().bytes())));
    }
}
