package dev.meshlog.ledger.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.vertex.RejectReason;
import dev.meshlog.ledger.vertex.Verdict;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.Hex;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VertexVectorsTest {
    @Test
    void everyVertexGetsItsVerdict() {
        JsonNode file = VectorFiles.read("vertices.json");
        Hash networkId = Hash.ofHex(file.get("networkId").asText());
        Set<String> verdicts = new HashSet<>();
        for (JsonNode vector : file.get("vertices")) {
            String name = vector.get("name").asText();
            byte[] header = Hex.parse(vector.get("header").asText());
            byte[] body = Hex.parse(vector.get("body").asText());
            byte[] signature = Hex.parse(vector.get("signature").asText());

            Verdict verdict = VertexVectors.verifier().verify(header, signature, body);

            String found = verdict instanceof Verdict.Invalid invalid
                    ? invalid.reason().name()
                    : "VALID";
            assertThat(found).as(name).isEqualTo(vector.get("verdict").asText());
            verdicts.add(found);
            if (header.length == VertexHeader.LENGTH) {
                assertThat(VertexHeader.decode(header).vertexId(networkId).hex())
                        .as(name)
                        .isEqualTo(vector.get("id").asText());
            }
        }
        assertThat(verdicts)
                .isEqualTo(Stream.concat(
                                Stream.of("VALID"),
                                Stream.of(RejectReason.values()).map(Enum::name))
                        .collect(Collectors.toSet()));
    }
}
