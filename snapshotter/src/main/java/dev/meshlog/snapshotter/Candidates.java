package dev.meshlog.snapshotter;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Checkpoints that wait for their certificate. Each holds a view of the store, so only the newest few are kept. One thread. */
final class Candidates implements AutoCloseable {
    private static final int KEPT = 8;

    private final NavigableMap<Long, Candidate> waiting = new TreeMap<>();

    void add(Candidate candidate) {
        waiting.put(candidate.checkpointIndex(), candidate);
        if (waiting.size() > KEPT) {
            waiting.pollFirstEntry().getValue().close();
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * The newest one with a certificate leaves, those before it are given up.
     *
     * @throws IllegalStateException when a certificate is of another root: nothing may be published then
     */
    Optional<Certified> take(Certificates certificates) {
        for (Candidate candidate : waiting.descendingMap().values()) {
            Optional<Certificates.Named> certificate = certificates.of(candidate.checkpointIndex());
            if (certificate.isPresent()) {
                if (!certificate.get().root().equals(candidate.root())) {
                    throw new IllegalStateException(
                            "checkpoint %d: a certificate names root %s, the changes give %s; nothing is published and everything is kept"
                                    .formatted(
                                            candidate.checkpointIndex(),
                                            certificate.get().root(),
                                            candidate.root()));
                }
                waiting.remove(candidate.checkpointIndex());
                NavigableMap<Long, Candidate> older = waiting.headMap(candidate.checkpointIndex(), false);
                older.values().forEach(Candidate::close);
                older.clear();
                return Optional.of(new Certified(candidate, certificate.get().bytes()));
            }
        }
        return Optional.empty();
    }

    /** A checkpoint that can be published. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Certified(Candidate candidate, byte[] certificate) implements AutoCloseable {
        @Override
        public void close() {
            candidate.close();
        }
    }

    @Override
    public void close() {
        waiting.values().forEach(Candidate::close);
        waiting.clear();
    }
}
