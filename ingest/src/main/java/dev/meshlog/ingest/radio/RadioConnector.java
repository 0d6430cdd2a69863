package dev.meshlog.ingest.radio;

import java.io.IOException;

/** Connects to one radio, one connection at a time. */
interface RadioConnector {
    RadioConnection connect() throws IOException;

    /** Makes a {@link #connect} that is under way fail soon. Any thread may call it. */
    void abort();
}
