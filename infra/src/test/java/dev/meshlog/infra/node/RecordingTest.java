package dev.meshlog.infra.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.ingest.LinkConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTest {
    @TempDir
    private Path directory;

    @Test
    void builtInRecordingIsCopiedIntoTheDirectory() {
        List<Recording> recordings = Recording.forDemo(directory, null, null);
        assertThat(recordings).hasSize(1);
        assertThat(recordings.get(0).file())
                .isEqualTo(directory.resolve("recordings").resolve("mesh-a.frames"))
                .isNotEmptyFile();
        assertThat(Demo.expectedTables(directory, null, null, null))
                .hasValueSatisfying(
                        file -> assertThat(ExpectedTables.read(file)).isNotNull());
    }

    @Test
    void sameFileIsTheSameNetworkAndAnotherContentIsAnother() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.frames"), "one");
        Recording first = Recording.forDemo(directory, file, null).get(0);
        assertThat(Recording.forDemo(directory, file, null).get(0)).isEqualTo(first);
        assertThat(first.network()).startsWith("mine-");
        Files.writeString(file, "two");
        Recording second = Recording.forDemo(directory, file, null).get(0);
        assertThat(second.network()).startsWith("mine-").isNotEqualTo(first.network());
        assertThat(first.file()).hasContent("one");
        assertThat(second.file()).hasContent("two");
    }

    @Test
    void framesAndEnvelopesAreOneNetworkWithTwoLinks() throws IOException {
        Path frames = Files.writeString(directory.resolve("a.frames"), "1");
        Path mqtt = Files.writeString(directory.resolve("b.jsonl"), "2");
        List<Recording> both = Recording.forDemo(directory, frames, mqtt);
        assertThat(both).extracting(Recording::network).containsOnly(both.get(0).network());
        assertThat(both).extracting(Recording::name).doesNotHaveDuplicates().hasSize(2);
    }

    /** The name becomes that of a link and a network, whatever the file is called. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPPER.frames",
                ".frames",
                "_x.frames",
                "with space & more.bin",
                "a.b.c.frames",
                "noending",
                "-.frames",
                "a-very-long-name-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on.frames"
            })
    void anyFileNameGivesALegalLink(String name) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "x");
        for (Recording recording : List.of(
                Recording.forDemo(directory, file, null).get(0),
                Recording.forDemo(directory, null, file).get(0))) {
            LinkConfig link = recording.link().toLinkConfig();
            assertThat(link.network()).isEqualTo(recording.network());
        }
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> Recording.forDemo(directory, directory.resolve("no.frames"), null))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no.frames");
    }

    @Test
    void configurationOfTheDemoCanBeReadAgain() {
        List<Recording> recordings = Recording.forDemo(directory, null, null);
        MeshlogConfig config = Demo.configuration(directory, recordings);
        assertThat(MeshlogConfig.load(directory.resolve("meshlog.yaml"))).isEqualTo(config);
        Demo.configuration(directory, recordings);
        assertThat(MeshlogConfig.load(directory.resolve("meshlog.yaml"))).isEqualTo(config);
    }

    @Test
    void configurationOfSomebodyElseStays() throws IOException {
        Path own = Files.writeString(directory.resolve("meshlog.yaml"), "broker: {port: 1}\n");
        Demo.configuration(directory, Recording.forDemo(directory, null, null));
        assertThat(own).hasContent("broker: {port: 1}");
    }
}
