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
        Link open(String name, String network, LinkContext context);
    }

    /**
     * A source that can't be read again.
     *
     * @param place what it connects to, in one form for each place: two links to the same are refused
     * @param spoolBytes how much may wait on disk for Kafka
     */
    public record Live(String place, long spoolBytes, Opener opener) implements Source {
        public static final long DEFAULT_SPOOL_BYTES = 256L << 20;

        public Live {
            if (spoolBytes < 1 << 20) {
                throw new IllegalArgumentException("a spool has at least 1 MiB, not " + spoolBytes + " bytes");
            }
        }

        @Override
        public Link open(String name, String network, LinkContext context) {
            return new LiveLink(
                    network,
                    name,
                    context.spools().resolve(name),
                    spoolBytes,
                    context.clock(),
                    opener.open(name, context));
        }
    }

    /** Makes a live source; it connects only when it is run. */
    @FunctionalInterface
    public interface Opener {
        LiveSource open(String link, LinkContext context);
    }

    /** A recording: {@code .frames} or {@code .jsonl}. */
    public record FileSource(Path path, Pace pace) implements Source {
        public FileSource {
            FileLink.Format.of(path);
        }

        @Override
        public Link open(String name, String network, LinkContext context) {
            return new FileLink(name, network, path, pace);
        }
    }

    Link open(LinkContext context) {
        return source.open(name, network, context);
    }

    private static void check(String what, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException("'" + value + "' is not a name of a " + what
                    + ": use up to 64 lower-case letters, digits, dots, hyphens and underscores");
        }
    }
}
