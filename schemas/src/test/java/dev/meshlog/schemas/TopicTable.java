package dev.meshlog.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.TopicConfig;

/** The topic table of ARCHITECTURE.md, between two marks; made from the catalogue. */
final class TopicTable {
    private static final Path DOCUMENT = ReleasedSchemas.MODULE.resolveSibling("ARCHITECTURE.md");
    private static final String BEGIN = "<!-- topics: made from dev.meshlog.schemas.Topics -->\n";
    private static final String END = "<!-- end of topics -->\n";

    private TopicTable() {}

    static String fromCatalogue() {
        return """
                | topic | key | value | partitions | kept | written by | read by |
                |---|---|---|---|---|---|---|
                """ + Topics.all().stream().map(TopicTable::row).collect(Collectors.joining());
    }

    static String inDocument() {
        String text = document();
        return text.substring(begin(text), end(text));
    }

    static void writeToDocument() {
        String text = document();
        try {
            Files.writeString(DOCUMENT, text.substring(0, begin(text)) + fromCatalogue() + text.substring(end(text)));
        } catch (IOException e) {
            throw new UncheckedIOException(DOCUMENT.toString(), e);
        }
    }

    private static String row(Topic<String, ?> topic) {
        return "| `%s` | %s | %s | %d | %s | %s | %s |\n"
                .formatted(
                        topic.name(),
                        topic.keyText(),
                        topic.valueText(),
                        topic.partitions(),
                        kept(topic),
                        String.join(", ", topic.writers()),
                        String.join(", ", topic.readers()));
    }

    private static String kept(Topic<String, ?> topic) {
        if (TopicConfig.CLEANUP_POLICY_COMPACT.equals(topic.configs().get(TopicConfig.CLEANUP_POLICY_CONFIG))) {
            return "newest of each key";
        }
        long retentionMs = Long.parseLong(topic.configs().getOrDefault(TopicConfig.RETENTION_MS_CONFIG, "-1"));
        return retentionMs < 0
                ? "for ever"
                : Duration.ofMillis(retentionMs).toDays() + (retentionMs <= 86_400_000 ? " day" : " days");
    }

    private static int begin(String text) {
        return mark(text, BEGIN) + BEGIN.length();
    }

    private static int end(String text) {
        return mark(text, END);
    }

    private static int mark(String text, String mark) {
        int at = text.indexOf(mark);
        if (at < 0) {
            throw new IllegalStateException(DOCUMENT + " has no line " + mark.strip());
        }
        return at;
    }

    private static String document() {
        try {
            return Files.readString(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(DOCUMENT.toString(), e);
        }
    }
}
