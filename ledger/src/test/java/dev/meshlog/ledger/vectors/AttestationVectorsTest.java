package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.schemas.Hex;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Certificates and entry proofs: what lets others trust a root, and what lets them trust an entry. */
class AttestationVectorsTest {
    private final JsonNode run = VectorFiles.read("run.json");

    @Test
    void certificatesNameTheRootsOfTheRun() throws Exception {
        Map<Long, String> roots = roots();
        JsonNode file = VectorFiles.read("certificates.json");
        assertThat(file.get("accepted")).hasSizeGreaterThan(6);
        for (JsonNode vector : file.get("accepted")) {
            Certificate certificate =
                    verifier(file).verify(Hex.parse(vector.get("bytes").asText()));

            assertThat(certificate.checkpointIndex())
                    .isEqualTo(vector.get("checkpoint").asLong());
            assertThat(certificate.root().hex())
                    .isEqualTo(vector.get("root").asText())
                    .isEqualTo(roots.get(certificate.checkpointIndex()));
        }
    }

    @Test
    void otherBytesAreNoCertificates() {
        JsonNode file = VectorFiles.read("certificates.json");
        for (JsonNode vector : file.get("refused")) {
            byte[] bytes = Hex.parse(vector.get("bytes").asText());
            assertThat(CertificateVectors.verdict(verifier(file), bytes))
                    .isEqualTo(vector.get("reason").asText())
                    .isNotEqualTo("VALID");
        }
        assertThat(file.get("refused").findValuesAsText("reason")).doesNotHaveDuplicates();
    }

    @Test
    void proofsGiveTheValueOrItsAbsence() {
        JsonNode file = VectorFiles.read("proofs.json");
        assertThat(file.get("root").asText())
                .isEqualTo(roots().get(file.get("checkpoint").asLong()));
        for (JsonNode vector : file.get("accepted")) {
            assertThat(verdict(file, vector))
                    .isEqualTo(
                            vector.get("value").isNull()
                                    ? "absent"
                                    : vector.get("value").asText());
        }
        for (JsonNode vector : file.get("refused")) {
            assertThat(verdict(file, vector)).isEqualTo(vector.get("reason").asText());
        }
        assertThat(file.get("refused").findValuesAsText("reason"))
                .contains("ROOT", "OTHER_BUCKET", "FORMAT_VERSION", "BUCKET_BITS", "ENTRIES", "MALFORMED");
    }

    private static String verdict(JsonNode file, JsonNode vector) {
        return ProofVectors.verdict(
                Hex.parse(vector.get("proof").asText()),
                Hash.ofHex(file.get("root").asText()),
                Hex.parse(vector.get("key").asText()));
    }

    private static CertificateVerifier verifier(JsonNode file) {
        return CertificateVectors.verifier(
                Hash.ofHex(file.get("networkId").asText()), CertificateVectors.sets(file.get("validators")));
    }

    private Map<Long, String> roots() {
        Map<Long, String> roots = new HashMap<>();
        for (JsonNode commit : run.get("commits")) {
            if (commit.has("checkpoint")) {
                roots.put(
                        commit.at("/checkpoint/index").asLong(),
                        commit.at("/checkpoint/root").asText());
            }
        }
        return roots;
    }
}
