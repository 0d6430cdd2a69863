package dev.meshlog.infra.cli;

import dev.meshlog.infra.dag.RoundRange;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Rounds as {@code A-B}. */
final class RoundRangeConverter implements ITypeConverter<RoundRange> {
    @Override
    public RoundRange convert(String text) {
        try {
            return RoundRange.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is not A-B with rounds A <= B");
        }
    }
}
