package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.streams.ledger.LedgerStreams;
import dev.meshlog.streams.radio.RadioStreamsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/operations.md names is there. */
class OperationsPageTest {
    private final String page;

    OperationsPageTest() throws IOException {
        page = Files.readString(Path.of("..", "docs", "operations.md"));
    }

    @Test
    void classesExist() {
        assertThat(found("dev\\.meshlog(\\.[a-z]+)+\\.[A-Z]\\w+"))
                .isNotEmpty()
                .allSatisfy(name -> assertThatNoException().isThrownBy(() -> Class.forName(name)));
    }

    @Test
    void topicsAreThoseOfTheCatalogue() {
        Set<String> catalogue = Topics.all().stream().map(Topic::name).collect(Collectors.toSet());
        assertThat(found("(?<![\\w.-])(radio|ledger)\\.[a-z][a-z.-]*[a-z]|meshlog\\.schemas(?![\\w.])"))
                .isNotEmpty()
                .isSubsetOf(catalogue);
    }

    @Test
    void groupsAreThoseOfTheApplications() {
        assertThat(found("(?<=--(group|application-id) )[\\w-]+"))
                .containsExactlyInAnyOrder(LedgerStreams.APPLICATION_ID, RadioStreamsConfig.APPLICATION_ID);
    }

    @Test
    void commandsAreUnderstood() {
        Set<String> commands = found("(?m)(?<=^    \\./meshlog ).+$");
        assertThat(commands).isNotEmpty();
        for (String command : commands) {
            List<String> arguments = Pattern.compile("'([^']*)'|(\\S+)")
                    .matcher(command)
                    .results()
                    .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                    .toList();
            assertThatNoException()
                    .as(command)
                    .isThrownBy(() -> Meshlog.commandLine().parseArgs(arguments.toArray(new String[0])));
        }
    }

    private Set<String> found(String regex) {
        return Pattern.compile(regex)
                .matcher(page)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }
}
