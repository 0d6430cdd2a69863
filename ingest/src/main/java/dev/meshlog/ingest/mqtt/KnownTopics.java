package dev.meshlog.ingest.mqtt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The topics that a broker's session may hold. A session outlives this process and its configuration, and a broker does not tell what is in
 * it: a topic that was taken out of the configuration would go on for ever.
 *
 * @param file one filter a line
 */
record KnownTopics(Path file) {
    /** Those that nobody wants any more. From now on the wanted ones may be in the session too. */
    List<String> begin(List<String> wanted) throws IOException {
        List<String> known = Files.exists(file) ? Files.readAllLines(file) : List.of();
        write(Stream.concat(known.stream(), wanted.stream()));
        return known.stream()
                .filter(topic -> !topic.isEmpty() && !wanted.contains(topic))
                .toList();
    }

    /** The session holds these and no others. */
    void settled(List<String> wanted) throws IOException {
        write(wanted.stream());
    }

    private void write(Stream<String> topics) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, topics.collect(Collectors.toCollection(TreeSet::new)));
    }
}
