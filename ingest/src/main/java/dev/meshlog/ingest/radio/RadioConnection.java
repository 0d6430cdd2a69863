package dev.meshlog.ingest.radio;

import java.io.IOException;
import java.time.Duration;

/** A byte stream to a radio. One thread reads, one at a time writes; any may close. */
interface RadioConnection extends AutoCloseable {
    /**
     * Reads what is there, waiting for the first byte.
     *
     * @return how many bytes; 0 when none came in time; -1 when the other end closed
     */
    int read(byte[] into, Duration most) throws IOException;

    /** @throws IOException when not all of them were written; some may have been */
    void write(byte[] bytes) throws IOException;

    @Override
    void close();
}
