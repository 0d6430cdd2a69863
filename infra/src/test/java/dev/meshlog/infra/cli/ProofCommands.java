package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.meshlog.infra.cli.RunningLedger.Ran;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.client.ProvenEntry;
import dev.meshlog.infra.client.ProvenEntry.NotProvenException;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.state.Buckets;
import dev.meshlog.ledger.trust.Trust;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Entries of a checkpoint, believed by their proof alone. */
interface ProofCommands {
    RunningLedger ledger();

    @Test
    default void entryOfACheckpointIsVerifiedBeforeItIsPrinted() {
        String id = ledger().tx("alice", "create", "--text", "proven")
                .path("created")
                .path(0)
                .asText();

        JsonNode proven = ledger().awaitProven(id);

        assertThat(proven.path("entry").path("content").asText()).isEqualTo("70726f76656e");
        assertThat(proven.path("vouchedBy").asText()).startsWith("1 of 1 validators");
        Ran absent = RunningLedger.run(
                "ledger",
                "object",
                RunningLedger.NOTHING,
                "--url",
                ledger().url(),
                "--data",
                ledger().data(),
                "--at",
                "newest",
                "--proof",
                "--json");
        assertThat(absent.ok().json().path("exists").asBoolean(true)).isFalse();
        JsonNode status = RunningLedger.run(
                        "ledger",
                        "status",
                        "--url",
                        ledger().url(),
                        "--data",
                        ledger().data(),
                        "--at",
                        "newest",
                        "--proof",
                        "--json")
                .ok()
                .json();
        assertThat(status.path("entry").path("networkId").asText())
                .isEqualTo(ledger().genesis().networkId().hex());
        Ran never = RunningLedger.run(
                "ledger",
                "object",
                id,
                "--url",
                ledger().url(),
                "--data",
                ledger().data(),
                "--at",
                "987654321",
                "--proof");
        assertThat(never.code()).isEqualTo(1);
        assertThat(never.err()).contains("NO_SNAPSHOT", "these have:");
    }

    @Test
    default void proofThatWasTamperedWithIsRefused() throws Exception {
        String id = ledger().tx("alice", "create", "--text", "mine")
                .path("created")
                .path(0)
                .asText();
        ledger().awaitProven(id);
        byte[] key = StateKey.object(Hash.ofHex(id));
        var good = (ObjectNode) askProof(id);
        ProvenEntry entry = ProvenEntry.verify(good, ledger().genesis(), key, null, null);
        assertThat(LedgerObject.decode(entry.value().orElseThrow()).owner()).isEqualTo(ledger().alice());

        byte[] proof = Base64.getDecoder().decode(good.path("proof").asText());
        for (int at : List.of(0, 1, 3, 11, 19, 40, proof.length - 1)) {
            assertRefused(good.deepCopy().put("proof", flipped(proof, at)), key, null, null);
        }
        byte[] certificate = Base64.getDecoder().decode(good.path("certificate").asText());
        for (int at : List.of(0, 5, 60, 150, certificate.length - 2)) {
            assertRefused(good.deepCopy().put("certificate", flipped(certificate, at)), key, null, null);
        }
        assertRefused(good.deepCopy().without(List.of("certificate")), key, null, null);
        assertRefused(good, StateKey.object(otherBucket(key)), null, null);
        assertRefused(good, key, entry.checkpoint() + 1, null);
        assertRefused(good, key, null, new Trust.OfCheckpoint(entry.checkpoint(), Hash.ZERO));
        var trusted = new Trust.OfCheckpoint(entry.checkpoint(), entry.root());
        assertThat(ProvenEntry.verify(good, ledger().genesis(), key, entry.checkpoint(), trusted)
                        .vouchedBy())
                .isEqualTo("--trust-checkpoint");
    }

    @Test
    default void lyingServerIsNotPrinted() throws Exception {
        String id = ledger().tx("alice", "create", "--text", "true")
                .path("created")
                .path(0)
                .asText();
        ledger().awaitProven(id);
        var lie = (ObjectNode) askProof(id);
        byte[] proof = Base64.getDecoder().decode(lie.path("proof").asText());
        proof[proof.length - 1] ^= 1;
        lie.put("proof", Base64.getEncoder().encodeToString(proof));
        HttpServer liar = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        liar.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = lie.toString().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        liar.start();
        try {
            String its = "http://127.0.0.1:" + liar.getAddress().getPort();
            Ran ran = RunningLedger.run(
                    "ledger", "object", id, "--url", its, "--data", ledger().data(), "--at", "newest", "--proof");
            assertThat(ran.code()).isEqualTo(Meshlog.VERIFICATION_FAILED);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err()).contains("not proven");
        } finally {
            liar.stop(0);
        }
    }

    private JsonNode askProof(String id) {
        try (var ledger = new HttpLedger(ledger().url(), Optional.empty(), Optional.empty())) {
            return ledger.get("/objects/" + id + "?at=newest&proof=true");
        }
    }

    private void assertRefused(
            JsonNode answer, byte[] key, @Nullable Long wanted, Trust.@Nullable OfCheckpoint trusted) {
        assertThatThrownBy(() -> ProvenEntry.verify(answer, ledger().genesis(), key, wanted, trusted))
                .isInstanceOf(NotProvenException.class);
    }

    private static String flipped(byte[] bytes, int at) {
        byte[] changed = Arrays.copyOf(bytes, bytes.length);
        changed[at] ^= 1;
        return Base64.getEncoder().encodeToString(changed);
    }

    private Hash otherBucket(byte[] key) {
        int bucket = Buckets.bucketOf(key, ledger().genesis().bucketBits());
        byte[] id = new byte[Hash.LENGTH];
        while (Buckets.bucketOf(StateKey.object(Hash.of(id)), ledger().genesis().bucketBits()) == bucket) {
            id[0]++;
        }
        return Hash.of(id);
    }
}
