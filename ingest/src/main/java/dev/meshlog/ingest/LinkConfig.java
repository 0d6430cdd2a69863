package dev.meshlog.ingest;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a link is configured with.
 *
 * @param name unique; a file under another name is another source
 * @param network the mesh it belongs to
 */
public record LinkConfig(String name, String network, Source source) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    public LinkConfig {
        check("link", name);
        check("network", network);
    }

    /** Where a link gets its messages from. */
    public sealed interface Source {
        Link open(String name, String network);
    }

    /** A recording: {@code .frames} or {@code .jsonl}. */
    public record FileSource(Path path, Pace pace) implements Source {
        public FileSource {
            FileLink.Format.of(path);
        }

        @Override
        public Link open(String name, String network) {
            return new FileLink(name, network, path, pace);
        }
    }

    Link open() {
        return source.open(name, network);
    }

    private static void check(String what, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException("'" + value + "' is not a name of a " + what
                    + ": use up to 64 lower-case letters, digits, dots, hyphens and underscores");
        }
    }
}
