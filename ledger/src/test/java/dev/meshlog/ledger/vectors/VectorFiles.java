package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/** The files that are made from this implementation. Others in the folder were computed or published elsewhere and never change. */
final class VectorFiles {
    static final Map<String, Supplier<ObjectNode>> MADE = new TreeMap<>(Map.of(
            "certificates.json", CertificateVectors::make,
            "genesis.json", GenesisVectors::make,
            "keys.json", KeyVectors::make,
            "leaders.json", LeaderVectors::make,
            "proofs.json", ProofVectors::make,
            "run.json", RunVectors::make,
            "snapshots.json", SnapshotVectors::make,
            "transactions.json", TransactionVectors::make,
            "vertices.json", VertexVectors::make));

    private static final Path DIRECTORY = Path.of("src", "test", "resources", "vectors");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private VectorFiles() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static String made(String name) {
        return text(Objects.requireNonNull(MADE.get(name), name).get());
    }

    private static String text(ObjectNode vectors) {
        var indenter = new DefaultIndenter(" ", "\n");
        var printer = new DefaultPrettyPrinter().withObjectIndenter(indenter);
        try {
            return MAPPER.writer(printer).writeValueAsString(vectors) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always JSON", e);
        }
    }

    static JsonNode read(String name) {
        try {
            return MAPPER.readTree(published(name));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    static String published(String name) {
        try (InputStream in = VectorFiles.class.getResourceAsStream("/vectors/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    static void writeAll() {
        MADE.keySet().forEach(name -> {
            try {
                Files.writeString(DIRECTORY.resolve(name), made(name));
            } catch (IOException e) {
                throw new UncheckedIOException(name, e);
            }
        });
    }
}
