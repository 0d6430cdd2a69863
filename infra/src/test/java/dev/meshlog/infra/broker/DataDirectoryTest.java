package dev.meshlog.infra.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.infra.MeshlogProcess;
import dev.meshlog.infra.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {
    @TempDir
    private Path root;

    @Test
    void clusterIdStays() {
        String first = openAndClose();
        assertThat(openAndClose()).isEqualTo(first).isNotEmpty();
    }

    @Test
    void anotherFormatIsRefusedAndKept() throws IOException {
        openAndClose();
        String later = meta().replace("\"format\" : 1", "\"format\" : 2");
        Files.writeString(root.resolve("meshlog.json"), later);
        assertThatThrownBy(this::openAndClose)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("data format 2")
                .hasMessageContaining("format 1")
                .hasMessageContaining(root.toString());
        assertThat(meta()).isEqualTo(later);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "{\"format\" : 1}",
                "{\"format\" : \"1\", \"clusterId\" : \"x\"}",
                "{\"format\" : 1, \"clusterId\" : \"\"}",
                "{\"format\" : 1, \"clusterId\" : \"x\"} rest",
                "\u0000\u0000\u0000"
            })
    void damagedMetadataAreRefusedAndKept(String damaged) throws IOException {
        openAndClose();
        Files.writeString(root.resolve("meshlog.json"), damaged);
        assertThatThrownBy(this::openAndClose)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("meshlog.json is damaged")
                .hasMessageContaining("nothing was changed");
        assertThat(meta()).isEqualTo(damaged);
    }

    @Test
    void brokersDataWithoutMetadataAreRefused() throws IOException {
        Files.createDirectories(root.resolve("broker"));
        Files.writeString(root.resolve("broker").resolve("meta.properties"), "version=1");
        assertThatThrownBy(this::openAndClose).isInstanceOf(UserError.class).hasMessageContaining("no meshlog.json");
        assertThat(root.resolve("meshlog.json")).doesNotExist();
    }

    @Test
    void networkIsBoundOnce() {
        try (DataDirectory directory = DataDirectory.open(root)) {
            directory.bindNetwork("aa");
            directory.bindNetwork("aa");
        }
        try (DataDirectory directory = DataDirectory.open(root)) {
            directory.bindNetwork("aa");
            assertThatThrownBy(() -> directory.bindNetwork("bb"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("network aa")
                    .hasMessageContaining("bb");
            directory.bindNetwork("aa");
        }
    }

    @Test
    void bindingKeepsTheClusterId() {
        String before;
        try (DataDirectory directory = DataDirectory.open(root)) {
            before = directory.clusterId();
            directory.bindNetwork("aa");
        }
        assertThat(openAndClose()).isEqualTo(before);
    }

    @Test
    void oneProcessTakesItOnce() {
        try (DataDirectory directory = DataDirectory.open(root)) {
            assertThatThrownBy(this::openAndClose)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("another Meshlog runs in " + directory.root());
        }
        assertThat(openAndClose()).isNotEmpty();
    }

    @Test
    void anotherProcessHoldsIt() throws IOException {
        try (var holder = MeshlogProcess.startMain(LockHolder.class, root, root.toString())) {
            holder.awaitPrinted("held");
            assertThatThrownBy(this::openAndClose)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("another Meshlog runs");
            assertThat(DataDirectory.runningEndpoint(root)).contains("127.0.0.1:1234");
            holder.kill();
            holder.awaitEnd(Duration.ofSeconds(30));
        }
        // What the killed process left behind does not count.
        assertThat(root.resolve("endpoint")).exists();
        assertThat(DataDirectory.runningEndpoint(root)).isEmpty();
        try (DataDirectory directory = DataDirectory.open(root)) {
            assertThatThrownBy(() -> DataDirectory.runningEndpoint(directory.root()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("just starting");
        }
    }

    /** On POSIX systems, closing any descriptor of a file gives up the process's locks on it. */
    @Test
    void lookingDoesNotGiveTheLockAway() {
        try (DataDirectory directory = DataDirectory.open(root)) {
            directory.publishEndpoint("127.0.0.1:1");
            assertThat(DataDirectory.runningEndpoint(root)).contains("127.0.0.1:1");
            assertThatThrownBy(this::openAndClose).isInstanceOf(UserError.class);
            assertThat(inAnotherProcess()).isEqualTo("refused");
        }
        assertThat(inAnotherProcess()).startsWith("taken");
    }

    @Test
    void endpointIsThereOnlyWhileRunning() {
        try (DataDirectory directory = DataDirectory.open(root)) {
            directory.publishEndpoint("127.0.0.1:9");
            assertThat(DataDirectory.runningEndpoint(root)).contains("127.0.0.1:9");
        }
        assertThat(DataDirectory.runningEndpoint(root)).isEmpty();
        assertThat(root.resolve("endpoint")).doesNotExist();
    }

    @Test
    void directoryWithoutMeshlogIsNamed() {
        assertThatThrownBy(() -> DataDirectory.runningEndpoint(root.resolve("nowhere")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no Meshlog data in " + root.resolve("nowhere"));
    }

    @Test
    void halfWrittenMetadataOfACrashAreReplaced() throws IOException {
        Files.writeString(root.resolve("meshlog.json.partial"), "{\"for");
        Files.writeString(root.resolve("lock"), "");
        assertThat(openAndClose()).isNotEmpty();
        assertThat(root.resolve("meshlog.json.partial")).doesNotExist();
    }

    @Test
    void fileInTheWayIsNamed() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "x");
        assertThatThrownBy(() -> DataDirectory.open(file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString());
    }

    private String openAndClose() {
        try (DataDirectory directory = DataDirectory.open(root)) {
            return directory.clusterId();
        }
    }

    private String inAnotherProcess() {
        try (var taker = MeshlogProcess.startMain(LockTaker.class, root, root.toString())) {
            return taker.awaitEnd(Duration.ofSeconds(30)).out().strip();
        }
    }

    private String meta() throws IOException {
        return Files.readString(root.resolve("meshlog.json"));
    }
}
