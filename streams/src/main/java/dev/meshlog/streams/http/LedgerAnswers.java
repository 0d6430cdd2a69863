package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.proof.InvalidProofException;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.query.LedgerView.Kind;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The questions that can be asked, and their answers. Any thread. */
final class LedgerAnswers {
    /** Header of an answer that a replica did not compute: the topic that says so. */
    static final String READ_IN = "Meshlog-Read-In";

    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final Set<String> OF_A_CHECKPOINT = Set.of("at", "proof");

    private final GenesisConfig genesis;
    private final PublishedSnapshots snapshots;
    private final CommitLog commits;

    LedgerAnswers(GenesisConfig genesis, PublishedSnapshots snapshots, CommitLog commits) {
        this.genesis = genesis;
        this.snapshots = snapshots;
        this.commits = commits;
    }

    /** Whether Kafka's topics have the answer, so that the ledger's task is not needed: commits, and everything about a checkpoint. */
    boolean isOfTopics(Question question) {
        boolean isOfCheckpoint = question.at().isPresent() || question.wantsProof();
        return isOfCheckpoint
                || question.route().equals("commits")
                || question.route().equals("snapshots");
    }

    ObjectNode fromTopics(Question question) {
        List<String> path = question.path();
        switch (question.route() + "/" + path.size()) {
            case "commits/2" -> {
                question.allow(Set.of());
                return commit(path.get(1));
            }
            case "snapshots/1" -> {
                question.allow(Set.of());
                ObjectNode node = LedgerJson.object();
                var there = node.putArray("checkpoints");
                snapshots.checkpoints().forEach(there::add);
                return node;
            }
            case "objects/2" -> {
                return atCheckpoint(question, StateKey.object(Question.hash("The object's id", path.get(1))));
            }
            case "validators/1" -> {
                return atCheckpoint(question, StateKey.validators());
            }
            case "status/1" -> {
                return atCheckpoint(question, StateKey.chain());
            }
            default ->
                throw question.at().isEmpty()
                        ? unknown()
                        : Refusal.badRequest(
                                "BAD_PARAMETER",
                                "Only an object, the validators and the status can be asked for at a checkpoint.");
        }
    }

    Reply present(Question question, LedgerView view) {
        List<String> path = question.path();
        switch (question.route() + "/" + path.size()) {
            case "objects/1" -> {
                question.allow(Set.of("owner", "kind", "limit", "next"));
                return Reply.json(200, objects(question, view));
            }
            case "objects/2" -> {
                question.allow(OF_A_CHECKPOINT);
                Hash id = Question.hash("The object's id", path.get(1));
                LedgerObject object = view.object(id)
                        .orElseThrow(() -> Refusal.notFound("OBJECT_NOT_FOUND", "There is no object " + id + "."));
                return Reply.json(200, LedgerJson.object(id, object));
            }
            case "transactions/2" -> {
                question.allow(Set.of());
                return result(Question.hash("The transaction's id", path.get(1)), view);
            }
            case "validators/1" -> {
                question.allow(OF_A_CHECKPOINT);
                byte[] sets = view.entry(StateKey.validators()).orElseThrow(LedgerAnswers::opening);
                return Reply.json(
                        200, LedgerJson.validators(sets).put("epoch", head(view).epoch()));
            }
            case "status/1" -> {
                question.allow(OF_A_CHECKPOINT);
                return Reply.json(200, status(view));
            }
            default -> throw unknown();
        }
    }

    static Refusal unknown() {
        return Refusal.notFound(
                "NO_SUCH_QUESTION",
                "Known are /objects/ID, /objects?owner=KEY, /transactions/ID, /commits/INDEX, /commits/newest, /validators, /status, /snapshots,"
                        + " /healthz, /readyz and /metrics.");
    }

    /** One that was not computed here says so. */
    private Reply result(Hash txId, LedgerView view) {
        TransactionResult result = view.result(txId)
                .orElseThrow(() -> Refusal.notFound(
                        "NO_RESULT",
                        "No result is known: the transaction is not executed yet, was never sent, or was executed more than "
                                + genesis.maxTxValidity() + " rounds ago."));
        Reply reply = Reply.json(200, LedgerJson.result(result));
        return result.getCommitIndex() < view.executedFrom() ? reply.with(READ_IN, Topics.RESULTS.name()) : reply;
    }

    static ChainHead head(LedgerView view) {
        return view.head().orElseThrow(LedgerAnswers::opening);
    }

    private static Refusal opening() {
        return Refusal.notReady("The ledger is being opened.");
    }

    private ObjectNode status(LedgerView view) {
        return LedgerJson.chain(head(view))
                .put("networkName", genesis.networkName())
                .put("maxTxValidity", genesis.maxTxValidity())
                .put("checkpointInterval", genesis.checkpointInterval());
    }

    private static ObjectNode objects(Question question, LedgerView view) {
        String owner = question.parameters().get("owner");
        if (owner == null) {
            throw Refusal.badRequest("BAD_PARAMETER", "Whose objects? owner=KEY is missing.");
        }
        Hash key = Question.hash("owner", owner);
        LedgerView.Page page = view.objects(key, after(question), kind(question), limit(question));
        ObjectNode node = LedgerJson.object().put("owner", key.hex());
        var objects = node.putArray("objects");
        page.objects().forEach(owned -> objects.add(LedgerJson.object(owned.id(), owned.object())));
        page.next()
                .ifPresent(id ->
                        node.put("next", Base64.getUrlEncoder().withoutPadding().encodeToString(id.bytes())));
        return node;
    }

    private static Optional<Hash> after(Question question) {
        String next = question.parameters().get("next");
        if (next == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Hash.of(Base64.getUrlDecoder().decode(next)));
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("BAD_PARAMETER", "next is what the page before gave.");
        }
    }

    private static Kind kind(Question question) {
        String kind = question.parameters().get("kind");
        if (kind == null) {
            return Kind.ANY;
        }
        return switch (kind) {
            case "coin" -> Kind.COIN;
            case "content" -> Kind.CONTENT;
            default -> throw Refusal.badRequest("BAD_PARAMETER", "kind is coin or content.");
        };
    }

    private static int limit(Question question) {
        String limit = question.parameters().get("limit");
        long wanted = limit == null ? DEFAULT_LIMIT : Question.number("limit", limit);
        if (wanted < 1 || wanted > MAX_LIMIT) {
            throw Refusal.badRequest("BAD_PARAMETER", "limit is 1 to " + MAX_LIMIT + ".");
        }
        return (int) wanted;
    }

    private ObjectNode commit(String index) {
        boolean newest = index.equals(Question.NEWEST);
        return (newest ? commits.newest() : commits.find(Question.number("A commit's index", index)))
                .map(LedgerJson::commit)
                .orElseThrow(() -> Refusal.notFound("NO_COMMIT", "There is no such commit yet."));
    }

    /** Whether the key is there or not is part of the answer, with and without its proof. */
    private ObjectNode atCheckpoint(Question question, byte[] key) {
        question.allow(OF_A_CHECKPOINT);
        boolean wantsProof = question.wantsProof();
        PublishedSnapshots.Proven proven = snapshots.prove(question.at().orElseThrow(), key);
        Optional<byte[]> value;
        try {
            value = proven.proof().value(key);
        } catch (InvalidProofException e) {
            throw new IllegalStateException("the proof of " + Arrays.toString(key) + " opens another bucket", e);
        }
        ObjectNode node = LedgerJson.object()
                .put("checkpoint", proven.proof().checkpointIndex())
                .put("root", proven.proof().root().hex())
                .put("snapshot", proven.manifest().hex())
                .put("exists", value.isPresent());
        value.ifPresent(bytes -> node.set("entry", LedgerJson.entry(key, bytes)));
        if (wantsProof) {
            node.put("proof", Base64.getEncoder().encodeToString(proven.proof().encode()));
            if (proven.certificate() != null) {
                node.put("certificate", Base64.getEncoder().encodeToString(proven.certificate()));
            }
        }
        return node;
    }
}
