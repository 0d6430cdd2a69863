package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RecoveryPageTest {
    @Test
    void pageNamesEveryFailure() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "recovery.md"));
        assertThat(Pattern.compile("(?m)(?<=^\\| |, )`([A-Z_]+)`(?=[^|\\n]*\\|)")
                        .matcher(page.substring(page.indexOf("## What can go wrong")))
                        .results()
                        .map((MatchResult name) -> name.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(RecoveryFailure.values()).map(Enum::name).toList());
    }
}
