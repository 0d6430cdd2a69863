package dev.meshlog.ingest.gossip;

import java.util.List;

/** No peer has a snapshot that can be used, or none hands out all of it. What came of it stays for the next attempt. */
public final class FetchFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<SourceFailure> failures;

    FetchFailedException(String what, List<SourceFailure> failures) {
        super(what);
        this.failures = List.copyOf(failures);
    }

    /** Of every source that was asked. */
    public List<SourceFailure> failures() {
        return failures;
    }
}
