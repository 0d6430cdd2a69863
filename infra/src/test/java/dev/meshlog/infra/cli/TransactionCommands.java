package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.infra.cli.RunningLedger.Ran;
import org.junit.jupiter.api.Test;

/** Transactions, sent and followed to their results. */
interface TransactionCommands {
    RunningLedger ledger();

    @Test
    default void objectIsCreatedChangedHandedOnAndDeleted() {
        String id = ledger().tx("alice", "create", "--text", "hello")
                .path("created")
                .path(0)
                .asText();
        assertThat(ledger().tx("alice", "set", id, "--hex", "00ff").path("code").asText())
                .isEqualTo("OK");
        assertThat(ledger().ask("object", id).path("version").asLong()).isEqualTo(2);
        assertThat(ledger().ask("object", id).path("content").asText()).isEqualTo("00ff");
        ledger().tx("alice", "transfer", id, ledger().bob().hex());
        assertThat(RunningLedger.run("ledger", "objects", ledger().bob().hex(), "--url", ledger().url())
                        .ok()
                        .out())
                .contains("id=" + id);

        Ran stolen = ledger().runTx("alice", "delete", id);
        assertThat(stolen.code()).isEqualTo(1);
        assertThat(stolen.json().path("code").asText()).isEqualTo("NOT_OWNER");

        JsonNode deleted = ledger().tx("bob", "delete", id);
        assertThat(ledger().ask("tx", deleted.path("id").asText()).path("commit"))
                .isEqualTo(deleted.path("commit"));
        assertThat(ledger().ask("commit", deleted.path("commit").asText())
                        .path("transactions")
                        .asInt())
                .isPositive();
        Ran gone = RunningLedger.run("ledger", "object", id, "--url", ledger().url());
        assertThat(gone.code()).isEqualTo(1);
        assertThat(gone.err()).contains("OBJECT_NOT_FOUND");
    }

    @Test
    default void coinsAreSplitMergedPaidAndStaked() {
        JsonNode split = ledger().tx("alice", "split", RunningLedger.COIN.hex(), "50", "7", "5");
        String fifty = split.path("created").path(0).asText();
        String seven = split.path("created").path(1).asText();
        String five = split.path("created").path(2).asText();
        // The smallest coin that holds 6 is the one of 7.
        ledger().tx("alice", "pay", ledger().bob().hex(), "6");
        assertThat(ledger().ask("object", seven).path("amount").asLong()).isOne();
        ledger().tx("alice", "merge", fifty, seven);
        assertThat(ledger().ask("object", fifty).path("amount").asLong()).isEqualTo(51);
        Ran tooMuch = ledger().runTx("alice", "pay", ledger().bob().hex(), "1000");
        assertThat(tooMuch.code()).isEqualTo(1);
        assertThat(tooMuch.err()).contains("no single coin").contains("meshlog tx merge");

        ledger().tx("alice", "register", "alice.example:7000", "--coin", five);
        assertThat(ledger().ask("validators").path("sets")).hasSize(2);
        JsonNode back = ledger().tx("alice", "deregister");
        assertThat(ledger().ask("object", back.path("created").path(0).asText())
                        .path("amount")
                        .asLong())
                .isEqualTo(5);
    }

    @Test
    default void kafkaAloneIsEnoughWhereVersionsAreNamed() {
        String[] cluster = {"--bootstrap-servers", ledger().broker().bootstrapServers()};
        JsonNode created = ledger().txThrough(cluster, "alice", "create", "--text", "by Kafka")
                .ok()
                .json();
        String id = created.path("created").path(0).asText();

        Ran unknown = ledger().txThrough(cluster, "alice", "delete", id);
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("which version", "ID@VERSION");
        Ran wrong = ledger().txThrough(cluster, "alice", "delete", id + "@7");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.json().path("code").asText()).isEqualTo("VERSION_MISMATCH");
        ledger().txThrough(cluster, "alice", "delete", id + "@1").ok();
    }

    @Test
    default void wrongUseIsNamed() {
        assertThat(RunningLedger.run("tx", "create", "--url", ledger().url()).code())
                .isEqualTo(2);
        assertThat(RunningLedger.run(
                                "tx",
                                "keygen",
                                ledger().directory().resolve("alice.pem").toString())
                        .err())
                .contains("is there already");
        assertThat(ledger().runTx("alice", "create").err()).contains("--text, --hex and --file");
        assertThat(RunningLedger.run("ledger", "object", "12", "--url", ledger().url())
                        .err())
                .contains("64 hex digits");
        assertThat(RunningLedger.run("ledger", "object", RunningLedger.NOTHING, "--url", ledger().url(), "--proof")
                        .err())
                .contains("--at");
        assertThat(RunningLedger.run("ledger", "object", RunningLedger.NOTHING, "--url", "ftp://x")
                        .err())
                .contains("is no URL");
    }
}
