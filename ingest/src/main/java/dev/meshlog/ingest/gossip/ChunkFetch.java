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
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** A source may be as slow as this for a whole chunk. */
    private static final long SLOWEST_BYTES_PER_SECOND = 4 << 10;

    /** After which a chunk is asked of another source too, when there is nothing else to ask for. */
    private static final Duration SLOW = Duration.ofSeconds(15);

    /** For a whole chunk while sources are asked one after the other. */
    private static final Duration IN_TURN = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final int MOST_STREAMS = 12;

    /** Sources that are asked for one chunk at a time, when all others are under way. */
    private static final int SOURCES_OF_A_CHUNK = 2;

    private static final int TRIES_OF_A_BUSY_SOURCE = 5;
    private static final Duration BUSY_PAUSE = Duration.ofMillis(300);
    private static final Set<MessageType> CHUNK = EnumSet.of(MessageType.CHUNK);

    private final ManifestCheck check;
    private final Map<Hash, Integer> sizes;
    private final Set<Hash> rest;

    private final Set<Hash> brought = new HashSet<>();

    /** Of what is fetched from all sources at once, what is not here yet. */
    private final Set<Hash> missing = new LinkedHashSet<>();

    /** Of these, what nobody is asked for. */
    private final Queue<Hash> wanted = new ArrayDeque<>();

    private final Map<Hash, Asked> asked = new HashMap<>();

    /** Sources that may have a worker more, in turn. */
    private final Queue<Peer> places = new ArrayDeque<>();

    private final int streams;
    private final ChunkSink sink;
    private final Intake.Outcome outcome;
    private final List<SourceFailure> failures = new ArrayList<>();
    private final Set<Peer> givenUp = new HashSet<>();
    private @Nullable RuntimeException crash;
    private @Nullable String contradiction;

    /** Why a chunk did not come; a slow source may bring it yet. */
    private record Failure(String why, boolean isSlow) {
        static Optional<Failure> of(String why) {
            return Optional.of(new Failure(why, false));
        }
    }

    /** A chunk that is under way. */
    private record Asked(long since, Set<Peer> of) {}

    /** Where chunks go that fit the state root. Any thread. */
    @FunctionalInterface
    interface ChunkSink {
        void put(SnapshotChunk chunk, int bytes);
    }

    /**
     * Of one manifest.
     *
     * @param there chunks that are not fetched, unless the manifest can't be judged without them
     * @param streams chunks that one source is asked for at a time
     */
    ChunkFetch(Manifest manifest, Set<Hash> there, ChunkSink sink, Intake.Outcome outcome, int streams) {
        this.streams = streams;
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
            if (!one(each, inTurn) && !all(Set.of(each), inTurn)) {
                return false;
            }
            Collections.rotate(inTurn, -1);
        }
        return all(rest, inTurn);
    }

    /** From the first of these that hands it out, and soon. */
    private boolean one(Hash chunk, List<Peer> sources) throws InterruptedException {
        for (Peer source : sources) {
            if (isOfUse(source)) {
                Optional<Failure> failure = fetch(source, chunk, IN_TURN);
                if (failure.isEmpty()) {
                    return contradiction().isEmpty();
                }
                failure.filter(each -> !each.isSlow()).ifPresent(each -> giveUp(source, each.why()));
            }
        }
        return false;
    }

    /** Ends when all is here, or can't come any more; who still sends something then is not waited for. */
    private boolean all(Set<Hash> chunks, List<Peer> sources) throws InterruptedException {
        var working = new AtomicInteger();
        synchronized (this) {
            missing.addAll(chunks);
            wanted.addAll(chunks);
            places.clear();
            for (int i = 0; i < streams; i++) {
                sources.stream().filter(this::isOfUse).forEach(places::add);
            }
            working.set(Math.min(MOST_STREAMS, places.size()));
        }
        ExecutorService workers =
                Executors.newCachedThreadPool(new DefaultThreadFactory("meshlog-snapshot-chunks", true));
        try {
            for (int i = working.get(); i > 0; i--) {
                workers.execute(() -> work(working));
            }
            return awaitAll(working);
        } finally {
            workers.shutdownNow();
        }
    }

    private synchronized boolean awaitAll(AtomicInteger working) throws InterruptedException {
        while (!missing.isEmpty() && contradiction == null && crash == null && working.get() > 0) {
            wait();
        }
        if (crash != null) {
            throw crash;
        }
        return missing.isEmpty() && contradiction == null;
    }

    /** For one source after the other: where one is given up, another one has its place. */
    private void work(AtomicInteger working) {
        try {
            Peer source = nextSource();
            while (source != null) {
                for (Hash id = next(source); id != null; id = next(source)) {
                    done(source, id, fetch(source, id, longest(id)));
                }
                source = nextSource();
            }
        } catch (InterruptedException e) {
            // Nobody wants more.
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            synchronized (this) {
                crash = e;
            }
        } finally {
            synchronized (this) {
                working.decrementAndGet();
                notifyAll();
            }
        }
    }

    /** Null: there is none, or nothing to ask for. */
    private synchronized @Nullable Peer nextSource() {
        Peer next = missing.isEmpty() ? null : places.poll();
        while (next != null && !isOfUse(next)) {
            next = places.poll();
        }
        return next;
    }

    /** Null: there is nothing more to do for this source. Waits while others may fail at what they are at. */
    private synchronized @Nullable Hash next(Peer source) throws InterruptedException {
        while (isOfUse(source) && !missing.isEmpty()) {
            Hash id = wanted.isEmpty() ? slowest(source) : wanted.remove();
            if (id != null) {
                asked.computeIfAbsent(id, any -> new Asked(System.nanoTime(), new HashSet<>()))
                        .of()
                        .add(source);
                return id;
            }
            wait(LOOK.toMillis());
        }
        return null;
    }

    /** What another source was asked for first, and has not brought yet: a slow one is not to hold up all. */
    private @Nullable Hash slowest(Peer source) {
        long now = System.nanoTime();
        return missing.stream()
                .filter(id -> {
                    Asked under = asked.get(id);
                    return under != null
                            && now - under.since() > SLOW.toNanos()
                            && under.of().size() < SOURCES_OF_A_CHUNK
                            && !under.of().contains(source);
                })
                .findFirst()
                .orElse(null);
    }

    private synchronized boolean isOfUse(Peer source) {
        return contradiction == null && !givenUp.contains(source);
    }

    private synchronized void contradicted(String why) {
        contradiction = why;
        notifyAll();
    }

    private synchronized void done(Peer source, Hash id, Optional<Failure> failure) {
        Asked under = Objects.requireNonNull(asked.get(id));
        under.of().remove(source);
        failure.ifPresent(each -> giveUp(source, each.why()));
        if (under.of().isEmpty()) {
            asked.remove(id);
            if (missing.contains(id)) {
                wanted.add(id);
            }
        }
        notifyAll();
    }

    /** Once, whoever brings it first. */
    private synchronized void put(Hash id, SnapshotChunk chunk, int size) {
        if (brought.add(id)) {
            missing.remove(id);
            sink.put(chunk, size);
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
    private Optional<Failure> fetch(Peer source, Hash id, Duration altogether) throws InterruptedException {
        PeerException last = null;
        for (int i = 0; i < TRIES_OF_A_BUSY_SOURCE; i++) {
            try (Reply reply = source.ask(new ChunkQuery(id.fixed()), CHUNK)) {
                Optional<SpecificRecordBase> answer = reply.next(PATIENCE, altogether);
                return answer.isEmpty()
                        ? Failure.of("no chunk where one was asked for")
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
        return Optional.of(
                new Failure("chunk " + id.brief() + ": " + why.refusal(), why.reason() == RefusalReason.TOO_SLOW));
    }

    private Duration longest(Hash id) {
        Duration atTheSlowest = Duration.ofSeconds(sizes.getOrDefault(id, 0) / SLOWEST_BYTES_PER_SECOND);
        return PATIENCE.plus(atTheSlowest);
    }

    private Optional<Failure> take(Peer source, Hash id, SnapshotChunk chunk) {
        int size = sizes.getOrDefault(id, 0);
        try {
            byte[] frame = Buffers.array(chunk.getZstd());
            byte[] content = ChunkCompression.decompress(frame, size);
            if (!chunk.getId().equals(id.fixed()) || !Domain.contentId(content).equals(id)) {
                return bad(source, id, "its bytes have another hash");
            }
            Optional<String> untrue = check.contradiction(id, content);
            untrue.ifPresentOrElse(this::contradicted, () -> put(id, chunk, size));
            return Optional.empty();
        } catch (InvalidSnapshotException e) {
            return bad(source, id, String.valueOf(e.getMessage()));
        }
    }

    private Optional<Failure> bad(Peer source, Hash id, String why) {
        String detail = "chunk " + id.brief() + " is bad: " + why;
        outcome.misbehaved(source, Misbehaviour.BAD_CHUNK, detail);
        return Failure.of(detail);
    }
}
