package dev.meshlog.ingest;

/** A source that can't be read again: what it sends and nobody keeps is gone. It knows nothing of Kafka and does not wait for it. */
public interface LiveSource {
    /**
     * Receives until it is closed, reconnecting by itself. Called once, in a thread of its own.
     *
     * @throws LinkException when only a person can help
     */
    void run(LiveSink sink) throws LinkException, InterruptedException;

    /** Makes {@link #run} hand over what it has received and return within two seconds. Any thread may call it. */
    void close();
}
