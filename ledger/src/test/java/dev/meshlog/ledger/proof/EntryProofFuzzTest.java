package dev.meshlog.ledger.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.testing.BoundedAllocation;
import java.io.IOException;
import java.util.Objects;

/** Beside the proofs of the published vectors. */
class EntryProofFuzzTest {
    private final Hash root;
    private final int bucketBits;

    EntryProofFuzzTest() throws IOException {
        try (var vectors = EntryProofFuzzTest.class.getResourceAsStream("/vectors/proofs.json")) {
            JsonNode proofs = new ObjectMapper().readTree(Objects.requireNonNull(vectors));
            root = Hash.ofHex(proofs.get("root").asText());
            bucketBits = proofs.get("bucketBits").asInt();
        }
    }

    @FuzzTest
    void proofIsRefusedWithAReasonOrHasOneEncoding(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            try {
                assertThat(EntryProof.verify(input, bucketBits, root).encode()).isEqualTo(input);
            } catch (InvalidProofException e) {
                assertThat(e.reason()).isNotNull();
            }
        });
    }
}
