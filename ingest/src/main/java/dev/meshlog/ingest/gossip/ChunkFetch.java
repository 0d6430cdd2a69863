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
import java.util.EnumSet;
import java.util.HashMap;
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
 * for is asked of another one. Once only.
 */
final class ChunkFetch {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkFetch.class);

    /** For the first byte of a chunk, and for the next ones. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int STREAMS_OF_A_SOURCE = 3;
    private static final int MOST_STREAMS = 12;
    private static final int TRIES_OF_A_BUSY_SOURCE = 5;
    private static final Duration BUSY_PAUSE = Duration.ofMillis(300);
    private static final Set<MessageType> CHUNK = EnumSet.of(MessageType.CHUNK);

    private final Map<Hash, Integer> sizes = new HashMap<>();
    private final Queue<Hash> wanted;
    private final ChunkSink sink;
    private final Intake.Outcome outcome;
    private final List<SourceFailure> failures = new ArrayList<>();
    private final Set<Peer> givenUp = new HashSet<>();
    private int underWay;

    /** Where chunks go whose id is right. Any thread. */
    @FunctionalInterface
    interface ChunkSink {
        void put(SnapshotChunk chunk, int bytes);
    }

    /** @param there chunks that are not fetched */
    ChunkFetch(Manifest manifest, Set<Hash> there, ChunkSink sink, Intake.Outcome outcome) {
        sizes.put(manifest.digestsId(), manifest.digestsSize());
        manifest.chunks().forEach(chunk -> sizes.put(chunk.id(), chunk.size()));
        sizes.keySet().removeAll(there);
        this.wanted = new ArrayDeque<>(sizes.keySet());
        this.sink = sink;
        this.outcome = outcome;
    }

    /** Why sources were given up. */
    synchronized List<SourceFailure> failures() {
        return List.copyOf(failures);
    }

    /** Returns whether all chunks came. */
    boolean from(List<Peer> sources) throws InterruptedException {
        if (sources.isEmpty()) {
            return false;
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
            return wanted.isEmpty();
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
        while (wanted.isEmpty() && underWay > 0 && !givenUp.contains(source)) {
            wait();
        }
        if (givenUp.contains(source) || wanted.isEmpty()) {
            return null;
        }
        underWay++;
        return wanted.remove();
    }

    private synchronized void done(Peer source, Hash id, Optional<String> failure) {
        underWay--;
        if (failure.isPresent()) {
            wanted.add(id);
            if (givenUp.add(source)) {
                LOG.warn(
                        "{} is given up as a source of chunks: {}",
                        source.info().name(),
                        failure.get());
                failures.add(new SourceFailure(source.info().name(), failure.get()));
            }
        }
        notifyAll();
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
            sink.put(chunk, size);
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
