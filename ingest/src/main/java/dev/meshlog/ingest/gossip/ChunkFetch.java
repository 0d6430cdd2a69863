package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.RefusalReason;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunks of one manifest, from all of its sources at once. A source that hands out something else, or nothing in time, is given up, and what it was asked
 * for is asked of another one. Each chunk is held against the state root as it comes: when one shows that the manifest is false, no more are fetched. Once only.
 */
final class ChunkFetch {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkFetch.class);

    /** For the first bytes of a chunk, and for the next ones. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int STREAMS_OF_A_SOURCE = 3;
    private static final int MOST_STREAMS = 12;
    private static final int TRIES_OF_A_BUSY_SOURCE = 5;
    private static final Duration BUSY_PAUSE = Duration.ofMillis(300);
    private static final Set<MessageType> CHUNK = EnumSet.of(MessageType.CHUNK);

    private final ManifestCheck check;
    private final Map<Hash, Integer> sizes;
    private final Set<Hash> rest;
    private final Queue<Hash> wanted = new ArrayDeque<>();
    private final ChunkSink sink;
    private final Intake.Outcome outcome;
    private final List<SourceFailure> failures = new ArrayList<>();
    private final Set<Peer> givenUp = new HashSet<>();
    private int underWay;
    private @Nullable String contradiction;

    /** Where chunks go that fit the state root. Any thread. */
    @FunctionalInterface
    interface ChunkSink {
        void put(SnapshotChunk chunk, int bytes);
    }

    /** @param there chunks that are not fetched, unless the manifest can't be judged without them */
    ChunkFetch(Manifest manifest, Set<Hash> there, ChunkSink sink, Intake.Outcome outcome) {
        this.check = new ManifestCheck(manifest);
        this.sizes = check.sizes();
        this.rest = new HashSet<>(sizes.keySet());
        rest.removeAll(there);
        rest.removeAll(check.first());
        this.sink = sink;
        this.outcome = outcome;
    }

    /** Why sources were given up. */
    synchronized List<SourceFailure> failures() {
        return List.copyOf(failures);
    }

    /** What shows that the manifest is false, if anything does. */
    synchronized Optional<String> contradiction() {
        return Optional.ofNullable(contradiction);
    }

    /** Returns whether all chunks came, and fit. */
    boolean from(List<Peer> sources) throws InterruptedException {
        // A small state has hardly more chunks than the first ones: each begins with another source.
        List<Peer> inTurn = new ArrayList<>(sources);
        for (Hash each : check.first()) {
            if (!one(each, inTurn)) {
                return false;
            }
            Collections.rotate(inTurn, -1);
        }
        return all(rest, inTurn);
    }

    /** From the first of these that hands it out. */
    private boolean one(Hash chunk, List<Peer> sources) throws InterruptedException {
        for (Peer source : sources) {
            if (isOfUse(source)) {
                Optional<String> failure = fetch(source, chunk);
                if (failure.isEmpty()) {
                    return contradiction().isEmpty();
                }
                giveUp(source, failure.get());
            }
        }
        return false;
    }

    private boolean all(Set<Hash> chunks, List<Peer> sources) throws InterruptedException {
        if (chunks.isEmpty() || sources.isEmpty()) {
            return chunks.isEmpty();
        }
        synchronized (this) {
            wanted.addAll(chunks);
        }
        int streams = Math.min(MOST_STREAMS, STREAMS_OF_A_SOURCE * sources.size());
        ExecutorService workers = Executors.newFixedThreadPool(streams);
        try {
            List<Future<?>> working = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                Peer source = sources.get(i % sources.size());
                working.add(workers.submit(() -> work(source)));
            }
            for (Future<?> each : working) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException("fetching chunks: " + e.getCause(), e.getCause());
        } finally {
            workers.shutdownNow();
        }
        synchronized (this) {
            return wanted.isEmpty() && contradiction == null;
        }
    }

    private @Nullable Void work(Peer source) throws InterruptedException {
        Hash id = next(source);
        while (id != null) {
            Optional<String> failure = fetch(source, id);
            done(source, id, failure);
            id = next(source);
        }
        return null;
    }

    /** Null: there is nothing more to do for this source. Waits while others may fail at what they are at. */
    private synchronized @Nullable Hash next(Peer source) throws InterruptedException {
        while (wanted.isEmpty() && underWay > 0 && isOfUse(source)) {
            wait();
        }
        if (!isOfUse(source) || wanted.isEmpty()) {
            return null;
        }
        underWay++;
        return wanted.remove();
    }

    private synchronized boolean isOfUse(Peer source) {
        return contradiction == null && !givenUp.contains(source);
    }

    private synchronized void contradicted(String why) {
        contradiction = why;
    }

    private synchronized void done(Peer source, Hash id, Optional<String> failure) {
        underWay--;
        if (failure.isPresent()) {
            wanted.add(id);
            giveUp(source, failure.get());
        }
        notifyAll();
    }

    private synchronized void giveUp(Peer source, String why) {
        if (givenUp.add(source)) {
            LOG.warn("{} is given up as a source of chunks: {}", source.info().name(), why);
            failures.add(new SourceFailure(source.info().name(), why));
        }
    }

    /** Why the chunk did not come, or nothing. */
    private Optional<String> fetch(Peer source, Hash id) throws InterruptedException {
        PeerException last = null;
        for (int i = 0; i < TRIES_OF_A_BUSY_SOURCE; i++) {
            try (Reply reply = source.ask(new ChunkQuery(id.fixed()), CHUNK)) {
                Optional<SpecificRecordBase> answer = reply.next(PATIENCE);
                return answer.isEmpty()
                        ? Optional.of("no chunk where one was asked for")
                        : take(source, id, (SnapshotChunk) answer.get());
            } catch (PeerException e) {
                last = e;
                if (e.reason() != RefusalReason.BUSY && e.reason() != RefusalReason.TOO_FAST) {
                    break;
                }
                Thread.sleep(BUSY_PAUSE.toMillis() << i);
            }
        }
        PeerException why = Objects.requireNonNull(last);
        Fetcher.blame(outcome, source, why);
        return Optional.of("chunk " + id.brief() + ": " + why.refusal());
    }

    private Optional<String> take(Peer source, Hash id, SnapshotChunk chunk) {
        int size = sizes.getOrDefault(id, 0);
        try {
            byte[] frame = Buffers.array(chunk.getZstd());
            byte[] content = ChunkCompression.decompress(frame, size);
            if (!chunk.getId().equals(id.fixed()) || !Domain.contentId(content).equals(id)) {
                return bad(source, id, "its bytes have another hash");
            }
            Optional<String> untrue = check.contradiction(id, content);
            untrue.ifPresentOrElse(this::contradicted, () -> sink.put(chunk, size));
            return Optional.empty();
        } catch (InvalidSnapshotException e) {
            return bad(source, id, String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> bad(Peer source, Hash id, String why) {
        String detail = "chunk " + id.brief() + " is bad: " + why;
        outcome.misbehaved(source, Misbehaviour.BAD_CHUNK, detail);
        return Optional.of(detail);
    }
}
