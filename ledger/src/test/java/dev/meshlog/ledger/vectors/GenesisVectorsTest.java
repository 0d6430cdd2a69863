package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.Hex;
import org.junit.jupiter.api.Test;

class GenesisVectorsTest {
    @Test
    void genesisTextsGiveTheirBytesIdsAndStates() {
        JsonNode accepted = VectorFiles.read("genesis.json").get("accepted");
        for (JsonNode vector : accepted) {
            String name = vector.get("name").asText();
            GenesisConfig genesis = GenesisConfig.ofJson(vector.get("json").asText());
            byte[] canonical = Hex.parse(vector.get("canonical").asText());

            assertThat(genesis.canonicalBytes()).as(name).isEqualTo(canonical);
            assertThat(Domain.NETWORK.hash(canonical).hex())
                    .as(name)
                    .isEqualTo(vector.get("networkId").asText());
            assertThat(Entries.hex(GenesisState.entries(genesis))).as(name).isEqualTo(Entries.hex(vector.get("state")));
        }
        assertThat(accepted.findValuesAsText("networkId").subList(0, 2)).containsOnly(VectorNetwork.NETWORK.hex());
        assertThat(accepted).hasSize(3);
    }

    @Test
    void otherTextsAreRefused() {
        for (JsonNode vector : VectorFiles.read("genesis.json").get("refused")) {
            assertThatThrownBy(() -> GenesisConfig.ofJson(vector.get("json").asText()))
                    .as(vector.get("name").asText())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void seedsGiveTheirKeysAndSignatures() {
        for (JsonNode vector : VectorFiles.read("keys.json").get("keys")) {
            SigningKey key = SigningKey.ofSeed(Hex.parse(vector.get("seed").asText()));
            byte[] message = Hex.parse(vector.get("message").asText());
            byte[] signature = Hex.parse(vector.get("signature").asText());

            assertThat(key.publicKey().hex()).isEqualTo(vector.get("publicKey").asText());
            assertThat(SigningKey.ofPem(vector.get("pem").asText()).publicKey()).isEqualTo(key.publicKey());
            assertThat(key.sign(message)).isEqualTo(signature);
            assertThat(Ed25519.fastest()
                            .verify(Hash.ofHex(vector.get("publicKey").asText()), message, signature))
                    .isTrue();
        }
    }
}
