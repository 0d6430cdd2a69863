package dev.meshlog.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Values that other nodes see, computed by another implementation. */
class VectorsTest {
    private final JsonNode vectors = read();
    private final Hash networkId = hash(vectors.at("/networkId/networkId"));

    @Test
    void networkId() {
        assertThat(Domain.NETWORK.hash(bytes(vectors.at("/networkId/genesis")))).isEqualTo(networkId);
    }

    @Test
    void vertexHeaderAndId() {
        JsonNode vertex = vectors.get("vertex");
        var header = new VertexHeader(
                hash(vertex.get("producer")),
                vertex.get("round").asLong(),
                vertex.get("epoch").asLong(),
                vertex.get("checkpointIndex").asLong(),
                hash(vertex.get("checkpointRoot")),
                Domain.BODY.hash(bytes(vertex.get("body"))));

        assertThat(Hex.of(header.encode())).isEqualTo(vertex.get("header").asText());
        assertThat(header.vertexId(networkId)).isEqualTo(hash(vertex.get("vertexId")));
        assertThat(VertexHeader.decode(header.encode())).isEqualTo(header);
    }

    @Test
    void transactionAndCreatedObjects() {
        JsonNode transaction = vectors.get("transaction");
        Hash txId = Domain.TRANSACTION.hash(networkId.bytes(), bytes(transaction.get("body")));

        assertThat(txId).isEqualTo(hash(transaction.get("txId")));
        JsonNode created = transaction.get("createdObjectIds");
        for (int i = 0; i < created.size(); i++) {
            assertThat(Transaction.createdId(txId, i)).isEqualTo(hash(created.get(i)));
        }
    }

    @Test
    void leaders() {
        JsonNode leaders = vectors.get("leaders");
        List<Validator> members = new ArrayList<>();
        for (JsonNode validator : leaders.get("validators")) {
            members.add(new Validator(
                    hash(validator.get("publicKey")), validator.get("weight").asLong(), "", 0));
        }
        var validators = new Validators(members);

        for (JsonNode leader : leaders.get("leaders")) {
            long round = leader.get("round").asLong();
            assertThat(validators.leader(networkId, leader.get("epoch").asLong(), round))
                    .as("round %d", round)
                    .isEqualTo(hash(leader.get("leader")));
        }
    }

    @Test
    void commitHashes() {
        for (JsonNode commit : vectors.get("commits")) {
            List<byte[]> parts = new ArrayList<>();
            parts.add(bytes(commit.get("previous")));
            parts.add(Domain.u64(commit.get("index").asLong()));
            parts.add(bytes(commit.get("leader")));
            commit.get("vertices").forEach(id -> parts.add(bytes(id)));

            assertThat(Domain.COMMIT.hash(parts.toArray(byte[][]::new))).isEqualTo(hash(commit.get("commitHash")));
        }
    }

    private static Hash hash(JsonNode node) {
        return Hash.ofHex(node.asText());
    }

    private static byte[] bytes(JsonNode node) {
        return Hex.parse(node.asText());
    }

    private static JsonNode read() {
        try (InputStream in = VectorsTest.class.getResourceAsStream("/vectors/ids.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("ids.json", e);
        }
    }
}
