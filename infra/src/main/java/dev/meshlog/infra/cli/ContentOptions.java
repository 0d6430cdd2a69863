package dev.meshlog.infra.cli;

import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an object is to hold. */
final class ContentOptions {
    @Option(names = "--text", paramLabel = "TEXT", description = "Content, written in UTF-8.")
    private @Nullable String text;

    @Option(names = "--hex", paramLabel = "HEX", description = "Content in hex.")
    private @Nullable String hex;

    @Option(names = "--file", paramLabel = "FILE", description = "Content of a file.")
    private @Nullable Path file;

    byte[] read() {
        if (Stream.of(text, hex, file).filter(Objects::nonNull).count() != 1) {
            throw new UserError("what is the content?", "name one of --text, --hex and --file");
        }
        if (text != null) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return hex != null ? Hex.parse(hex) : Files.readAllBytes(Objects.requireNonNull(file));
        } catch (IllegalArgumentException e) {
            throw new UserError("--hex: " + e.getMessage(), "two digits for each byte", e);
        } catch (IOException e) {
            throw new UserError("can't read " + file + ": " + e, "check --file", e);
        }
    }
}
