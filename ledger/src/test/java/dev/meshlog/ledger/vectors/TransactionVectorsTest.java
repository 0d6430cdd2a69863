package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.InMemoryTable;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.execution.CommitContext;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.execution.TxResult;
import dev.meshlog.schemas.Hex;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransactionVectorsTest {
    private final JsonNode file = VectorFiles.read("transactions.json");

    @Test
    void everyTransactionHasItsResultAndItsChanges() {
        Set<ResultCode> codes = EnumSet.noneOf(ResultCode.class);
        for (JsonNode vector : file.get("cases")) {
            String name = vector.get("name").asText();
            var table = new InMemoryTable();
            GenesisState.entries(VectorNetwork.GENESIS).forEach(table::put);
            CommitContext context =
                    TransactionVectors.context(table, vector.get("fullSet").asBoolean());
            for (JsonNode before : vector.get("before")) {
                TransactionVectors.execute(Hex.parse(before.asText()), context);
            }
            context.state().flush();

            byte[] bytes = Hex.parse(vector.at("/transaction/bytes").asText());
            TxResult result = TransactionVectors.execute(bytes, context);

            assertThat(result.code().name())
                    .as(name)
                    .isEqualTo(vector.get("code").asText());
            assertThat(result.txId().hex())
                    .as(name)
                    .isEqualTo(vector.get("txId").asText());
            assertThat(result.created().stream().map(Hash::hex).toList())
                    .as(name)
                    .isEqualTo(VectorFiles.texts(vector.get("created")));
            assertThat(Entries.hex(context.state().flush())).as(name).isEqualTo(Entries.hex(vector.get("changes")));
            codes.add(result.code());
        }
        assertThat(codes).isEqualTo(EnumSet.allOf(ResultCode.class));
    }

    /** Without this implementation's own reader of transactions. */
    @Test
    void idsAndSignaturesAreThoseOfTheBody() {
        Hash networkId = Hash.ofHex(file.get("networkId").asText());
        for (JsonNode vector : file.get("cases")) {
            JsonNode transaction = vector.get("transaction");
            if (transaction.has("body")) {
                Hash id = Domain.TRANSACTION.hash(
                        networkId.bytes(), Hex.parse(transaction.get("body").asText()));
                byte[] bytes = Hex.parse(transaction.get("bytes").asText());
                byte[] signature = Hex.parse(transaction.get("signature").asText());

                assertThat(id.hex()).isEqualTo(vector.get("txId").asText());
                assertThat(Arrays.copyOfRange(bytes, bytes.length - 64, bytes.length))
                        .isEqualTo(signature);
                assertThat(Ed25519.fastest()
                                .verify(Hash.ofHex(transaction.get("sender").asText()), id.bytes(), signature))
                        .as(vector.get("name").asText())
                        .isEqualTo(!vector.get("name").asText().contains("a forged"));
            }
        }
    }
}
