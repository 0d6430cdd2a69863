package dev.meshlog.streams.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Goes like the system's clock, and can be set back. */
final class SettableClock extends Clock {
    private volatile Duration behind = Duration.ZERO;

    void setBack(Duration by) {
        behind = by;
    }

    @Override
    public Instant instant() {
        return Clock.systemUTC().instant().minus(behind);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("a zone for milliseconds");
    }
}
