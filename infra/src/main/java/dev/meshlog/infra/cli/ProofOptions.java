package dev.meshlog.infra.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.infra.UserError;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.client.ProvenEntry;
import dev.meshlog.infra.client.ProvenEntry.NotProvenException;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.streams.http.LedgerJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** About which state a question is, and whether the answer has to be proven. */
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class ProofOptions {
    @Mixin
    private GenesisOption genesis;

    @Option(
            names = "--at",
            paramLabel = "CHECKPOINT",
            description =
                    "As it was at a checkpoint that has a snapshot, a number or 'newest' (default: as it is now).")
    private @Nullable String at;

    @Option(names = "--proof", description = "Verify the answer's proof before anything is printed; goes with --at.")
    private boolean proof;

    @Option(
            names = "--trust-checkpoint",
            paramLabel = "INDEX:ROOT",
            description = "With --proof: believe this root instead of the genesis' validators.")
    private @Nullable String trusted;

    boolean isAsked() {
        return at != null || proof;
    }

    /**
     * Asks, and verifies if that is wanted.
     *
     * @param key of the entry that the question is about
     */
    JsonNode ask(HttpLedger ledger, CommonOptions options, String path, byte[] key) throws NotProvenException {
        if (at == null) {
            if (proof) {
                throw new UserError("a proof is of a checkpoint", "add --at CHECKPOINT, or --at newest");
            }
            return ledger.get(path);
        }
        if (!at.matches("newest|[0-9]{1,18}")) {
            throw new UserError("'" + at + "' is no checkpoint", "--at takes a number or 'newest'");
        }
        JsonNode answer = ledger.get(path + "?at=" + at + (proof ? "&proof=true" : ""));
        if (!proof) {
            return answer;
        }
        Long wanted = at.equals("newest") ? null : Long.valueOf(at);
        ProvenEntry entry = ProvenEntry.verify(answer, genesis.read(options), key, wanted, trust());
        ObjectNode proven = JsonNodeFactory.instance
                .objectNode()
                .put("checkpoint", entry.checkpoint())
                .put("root", entry.root().hex())
                .put("vouchedBy", entry.vouchedBy())
                .put("proven", true)
                .put("exists", entry.value().isPresent());
        entry.value().ifPresent(value -> proven.set("entry", LedgerJson.entry(key, value)));
        return proven;
    }

    private Trust.@Nullable OfCheckpoint trust() {
        try {
            return trusted == null ? null : Trust.OfCheckpoint.parse(trusted);
        } catch (IllegalArgumentException e) {
            throw new UserError("--trust-checkpoint: " + e.getMessage(), "for example 12:9f86…", e);
        }
    }
}
