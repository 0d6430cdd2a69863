package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.LogIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateOfLogTest {
    private static final LogIdentity ONE = new LogIdentity("cluster", "one");
    private static final LogIdentity OTHER = new LogIdentity("cluster", "other");

    @TempDir
    private Path directory;

    private Path stores;
    private Path aside;

    @BeforeEach
    void fill() throws IOException {
        stores = Files.createDirectories(directory.resolve("app").resolve("0_0"));
        aside = directory.resolve("app.of-another-log").resolve("0_0");
        Files.writeString(stores.resolve("entries"), "first");
    }

    @Test
    void storesStayWithTheirLog() {
        new StateOfLog(directory, "app").belongTo(ONE);
        new StateOfLog(directory, "app").belongTo(ONE);
        assertThat(stores.resolve("entries")).hasContent("first");
        assertThat(aside).doesNotExist();
    }

    @Test
    void storesOfAnotherLogArePutAside() throws IOException {
        new StateOfLog(directory, "app").belongTo(ONE);
        new StateOfLog(directory, "app").belongTo(OTHER);
        assertThat(stores).doesNotExist();
        assertThat(aside.resolve("entries")).hasContent("first");

        Files.createDirectories(stores);
        Files.writeString(stores.resolve("entries"), "second");
        new StateOfLog(directory, "app").belongTo(ONE);
        assertThat(stores).doesNotExist();
        assertThat(aside.resolve("entries")).hasContent("second");
    }

    @Test
    void nothingIsThereYet() {
        new StateOfLog(directory.resolve("new"), "app").belongTo(ONE);
        assertThat(directory.resolve("new").resolve("app")).doesNotExist();
        assertThat(directory.resolve("new").resolve("app.log")).hasContent("cluster one\n");
    }
}
