package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.infra.client.Draft;
import dev.meshlog.infra.client.LedgerAccess;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.Transaction;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;

/** Sends one transaction and tells what becomes of it: lines for people, or one JSON object at the end. */
final class TxFollowing {
    /** Long enough for a slow network, short enough that it is soon certain that nothing came of it. */
    private static final long VALID_ROUNDS = 500;

    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(150);

    private final LedgerAccess ledger;
    private final GenesisConfig network;
    private final Duration timeout;
    private final PrintWriter out;
    private final boolean json;

    TxFollowing(LedgerAccess ledger, GenesisConfig network, Duration timeout, PrintWriter out, boolean json) {
        this.ledger = ledger;
        this.network = network;
        this.timeout = timeout;
        this.out = out;
        this.json = json;
    }

    /**
     * What became of a transaction.
     *
     * @param code of its result; or ACCEPTED: it was not waited for, NOT_COMMITTED: no commit can take it any more, NO_RESULT: none was there in time
     */
    record Outcome(Transaction transaction, String code, String sentence, Optional<JsonNode> result) {
        boolean isExecuted() {
            return code.equals(ResultCode.OK.name());
        }

        int exitCode() {
            return isExecuted() || code.equals("ACCEPTED") ? 0 : Meshlog.FAILED;
        }

        ObjectNode json() {
            ObjectNode printed = JsonNodeFactory.instance
                    .objectNode()
                    .put("id", transaction.id().hex())
                    .put("code", code)
                    .put("message", sentence)
                    .put("validUntilRound", transaction.call().validUntilRound());
            result.ifPresent(found -> printed.setAll((ObjectNode) found));
            return printed;
        }
    }

    /** Returns the exit code. */
    int send(Draft draft, SigningKey sender, boolean noWait) {
        Outcome outcome = follow(draft, sender, noWait);
        if (json) {
            out.println(outcome.json());
            out.flush();
        } else {
            tell(outcome);
        }
        return outcome.exitCode();
    }

    /** Says only that the transaction is on its way. */
    Outcome follow(Draft draft, SigningKey sender, boolean noWait) {
        long validUntil = ledger.round() + Math.min(VALID_ROUNDS, network.maxTxValidity());
        Transaction transaction = draft.sign(network.networkId(), sender, validUntil);
        ledger.submit(transaction);
        say("%s %s accepted by %s, valid until round %d"
                .formatted(draft.function(), transaction.id(), ledger.where(), validUntil));
        if (noWait) {
            return new Outcome(transaction, "ACCEPTED", "", Optional.empty());
        }
        long began = System.nanoTime();
        while (System.nanoTime() - began < timeout.toNanos()) {
            Optional<JsonNode> result = ledger.result(transaction);
            if (result.isEmpty() && ledger.round() > validUntil) {
                // It may have come between the two questions.
                result = ledger.result(transaction);
                if (result.isEmpty()) {
                    return new Outcome(
                            transaction, "NOT_COMMITTED", "no commit took it up to round " + validUntil, result);
                }
            }
            if (result.isPresent()) {
                return new Outcome(
                        transaction,
                        result.get().path("code").asText(),
                        result.get().path("message").asText(),
                        result);
            }
            pause();
        }
        return new Outcome(
                transaction,
                "NO_RESULT",
                "none within " + timeout.toSeconds() + " s; ask later: meshlog ledger tx " + transaction.id(),
                Optional.empty());
    }

    /** Lines for people. */
    void tell(Outcome outcome) {
        if (!outcome.code().equals("ACCEPTED")) {
            String detail =
                    outcome.result().map(found -> found.path("detail").asText()).orElse("");
            String where = outcome.result()
                    .map(found -> " in commit " + found.path("commit").asText())
                    .orElse("");
            out.println(outcome.code() + where + ": " + outcome.sentence() + (detail.isEmpty() ? "" : " " + detail));
            outcome.result()
                    .ifPresent(found -> found.path("created").forEach(id -> out.println("created " + id.asText())));
        }
        out.flush();
    }

    private void say(String line) {
        if (!json) {
            out.println(line);
            out.flush();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_QUESTIONS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a result", e);
        }
    }
}
