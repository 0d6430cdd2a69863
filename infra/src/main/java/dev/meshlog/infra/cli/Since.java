package dev.meshlog.infra.cli;

import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment in the past: a time with its zone, or how long ago. */
record Since(Instant at) {
    static final class Converter implements ITypeConverter<Since> {
        private final InstantSource clock = InstantSource.system();

        @Override
        public Since convert(String value) {
            if (DurationConverter.isOne(value)) {
                return new Since(clock.instant().minus(new DurationConverter().convert(value)));
            }
            try {
                return new Since(OffsetDateTime.parse(value).toInstant());
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + value + "' is neither a time such as 2026-11-21T05:00:00Z nor a while such as 48h");
            }
        }
    }
}
