package dev.meshlog.infra.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.infra.node.UnfinishedJoin.Part;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnfinishedJoinTest {
    @TempDir
    private Path directory;

    @Test
    void joinIsOverWhenAllOfItIs() {
        UnfinishedJoin join = ofValidator();
        assertThat(join.isBegun()).isFalse();
        join.begin();
        join.end(Part.STATE);
        join.end(Part.STATE);
        assertThat(ofValidator().isBegun())
                .as("what it signed is not known yet")
                .isTrue();

        UnfinishedJoin later = ofValidator();
        later.end(Part.OWN_VERTICES);
        assertThat(ofValidator().isBegun()).isTrue();
        later.end(Part.STATE);
        assertThat(ofValidator().isBegun()).isFalse();
    }

    private UnfinishedJoin ofValidator() {
        return new UnfinishedJoin(directory, EnumSet.allOf(Part.class));
    }
}
