package dev.meshlog.infra.cli;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A while such as 90s, 30m, 48h or 7d. */
final class DurationConverter implements ITypeConverter<Duration> {
    static boolean isOne(String text) {
        return text.matches("[0-9]{1,6}[smhd]");
    }

    @Override
    public Duration convert(String value) {
        if (!isOne(value)) {
            throw new TypeConversionException("'" + value + "' is no while such as 90s, 30m or 48h");
        }
        String text = value.toUpperCase(Locale.ROOT);
        return Duration.parse(text.endsWith("D") ? "P" + text : "PT" + text);
    }
}
