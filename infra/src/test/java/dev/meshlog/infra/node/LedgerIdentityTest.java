package dev.meshlog.infra.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.crypto.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerIdentityTest {
    @TempDir
    private Path directory;

    private Path genesis;
    private Path keys;
    private Path key;

    @BeforeEach
    void names() {
        genesis = directory.resolve("genesis.json");
        keys = directory.resolve("keys");
        key = keys.resolve("validator.pem");
    }

    @Test
    void firstStartMakesBothAndTheNextFindsThem() throws IOException {
        LedgerIdentity made = bootstrap();
        assertThat(made.genesis().validators()).hasSize(1);
        assertThat(made.genesis().validators().get(0).publicKey())
                .isEqualTo(made.key().publicKey());
        assertThat(made.genesis().coins()).singleElement().satisfies(coin -> {
            assertThat(coin.owner()).isEqualTo(made.key().publicKey());
            assertThat(coin.amount()).isEqualTo(1_000);
        });
        assertThat(mode(key)).isEqualTo("rw-------");
        String written = Files.readString(genesis);
        LedgerIdentity found = bootstrap();
        assertThat(found.genesis().networkId()).isEqualTo(made.genesis().networkId());
        assertThat(found.key().publicKey()).isEqualTo(made.key().publicKey());
        assertThat(Files.readString(genesis)).isEqualTo(written);
    }

    @Test
    void nothingPartialIsLeft() throws IOException {
        Files.createDirectories(keys);
        Files.writeString(key.resolveSibling("validator.pem.partial"), "half a k");
        Files.writeString(genesis.resolveSibling("genesis.json.partial"), "{");
        bootstrap();
        assertThat(mode(key)).isEqualTo("rw-------");
        assertThat(keys.toFile().list()).containsExactly("validator.pem");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("genesis.json", "keys");
    }

    /** A kill between the two files. */
    @Test
    void keyWithoutGenesisGoesOnWithTheKey() throws IOException {
        LedgerIdentity made = bootstrap();
        Files.delete(genesis);
        assertThat(bootstrap().genesis().networkId()).isEqualTo(made.genesis().networkId());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-rw-rw-"})
    void widerModeIsRefusedWithTheRemedy(String wider) throws IOException {
        bootstrap();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(wider));
        assertThatThrownBy(this::bootstrap)
                .isInstanceOf(UserError.class)
                .hasMessageContaining(wider)
                .hasMessageContaining("chmod 600 " + key);
    }

    @Test
    void readOnlyKeyIsFine() throws IOException {
        bootstrap();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
        assertThat(bootstrap().genesis().validators()).hasSize(1);
    }

    @Test
    void missingKeyIsNotReplaced() throws IOException {
        bootstrap();
        Files.delete(key);
        assertThatThrownBy(this::bootstrap)
                .isInstanceOf(UserError.class)
                .hasMessageContaining(key + " is missing")
                .hasMessageContaining(genesis.toString());
        assertThat(key).doesNotExist();
    }

    @Test
    void foreignKeyIsRefused() throws IOException {
        bootstrap();
        SigningKey foreign = SigningKey.generate(new SecureRandom());
        Files.writeString(key, foreign.toPem());
        assertThatThrownBy(this::bootstrap)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is no validator of " + genesis)
                .hasMessageContaining(foreign.publicKey().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "\u0000"})
    void damagedKeyIsNamedWithoutItsContent(String damaged) throws IOException {
        bootstrap();
        Files.writeString(key, damaged);
        assertThatThrownBy(this::bootstrap)
                .isInstanceOf(UserError.class)
                .hasMessageContaining(key.toString())
                .hasMessageNotContaining("AAAA");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "epochLength"    | "epochLenght"     | genesis.epochLength: missing
            "gcDepth" : 50   | "gcDepth" : "50"  | genesis.gcDepth: a whole number
            "weight" : 1     | "weight" : 1, "x" : 2 | genesis.validators[0].x: unknown
            "weight" : 1     | "weight" : 1.5    | genesis.validators[0].weight: a whole number
            "publicKey" : "  | "publicKey" : "zz | genesis.validators[0].publicKey: 64 hex
            "objects" : [ ]  | "objects" : 1     | genesis.objects: a list
            "coins"          | "objects"         | objects
            """)
    void genesisErrorNamesTheField(String correct, String wrong, String message) throws IOException {
        bootstrap();
        String text = Files.readString(genesis).replaceAll("\"gcDepth\" : \\d+", "\"gcDepth\" : 50");
        assertThat(text).contains(correct);
        Files.writeString(genesis, text.replace(correct, wrong));
        assertThatThrownBy(this::bootstrap)
                .isInstanceOf(UserError.class)
                .hasMessageContaining(genesis.toString())
                .hasMessageContaining(message);
    }

    @Test
    void weakValidatorKeyIsRefused() throws IOException {
        LedgerIdentity made = bootstrap();
        String zero = "00".repeat(32);
        Files.writeString(
                genesis,
                Files.readString(genesis).replace(made.key().publicKey().hex(), zero));
        assertThatThrownBy(this::bootstrap).isInstanceOf(UserError.class).hasMessageContaining(genesis.toString());
    }

    private LedgerIdentity bootstrap() {
        return LedgerIdentity.bootstrap(genesis, key, "");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
