package dev.meshlog.ledger.state;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The published vectors, made by another implementation. */
class StateRootVectorsTest {
    static Stream<Arguments> vectors() throws IOException {
        try (InputStream in =
                requireNonNull(StateRootVectorsTest.class.getResourceAsStream("/vectors/stateroot.json"))) {
            JsonNode vectors = new ObjectMapper().readTree(in);
            assertThat(vectors).hasSize(5);
            return StreamSupport.stream(vectors.spliterator(), false)
                    .map(vector -> Arguments.of(Named.of(vector.get("name").asText(), vector)));
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void bucketsElementsDigestsAndRootAreThoseOfTheVector(JsonNode vector) {
        int bits = vector.get("bucketBits").asInt();
        var state = new State(new MemoryStateStore(), bits);
        JsonNode entries = vector.get("entries");
        for (JsonNode entry : entries) {
            byte[] key = Hex.parse(entry.get("key").asText());
            assertThat(Buckets.bucketOf(key, bits))
                    .isEqualTo(entry.get("bucket").asInt());
            state.put(key, Hex.parse(entry.get("value").asText()));
        }

        if (!entries.isEmpty()) {
            byte[] element = new LtHash()
                    .element(
                            Hex.parse(entries.get(0).get("key").asText()),
                            Hex.parse(entries.get(0).get("value").asText()));
            assertThat(Hex.of(Domain.sha256().digest(element)))
                    .isEqualTo(vector.get("firstElementSha256").asText());
        }
        BucketDigests digests = state.bucketDigests();
        JsonNode expected = vector.get("bucketDigests");
        for (int bucket = 0; bucket < Buckets.count(bits); bucket++) {
            JsonNode digest = expected.get(Integer.toString(bucket));
            assertThat(digests.digest(bucket)).isEqualTo(digest == null ? Hash.ZERO : Hash.ofHex(digest.asText()));
        }
        assertThat(digests.merkleRoot().hex())
                .isEqualTo(vector.get("merkleRoot").asText());
        assertThat(state.entries()).isEqualTo(entries.size());
        assertThat(state.root(vector.get("checkpointIndex").asLong()).hex())
                .isEqualTo(vector.get("stateRoot").asText());
    }
}
