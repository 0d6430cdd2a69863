package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.serve.SnapshotShelf;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the newest snapshot that peers have, and that is believed, into this cluster's topics: its chunks first, each of which fits the state root, its
 * manifest and certificate last. All of it is verified once more by whoever installs it. One thread.
 */
public final class SnapshotFetch {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFetch.class);

    /** What is written of a snapshot while it is installed, at worst: all chunks as they are, and all of them in each of two topics. */
    private static final int COPIES = 3;

    private final Cluster cluster;
    private final GenesisConfig genesis;
    private final Trust trust;
    private final Producer<String, byte[]> producer;
    private final Supplier<Map<Peer, PeerStatus>> peers;
    private final Intake.Outcome outcome;
    private final int streams;
    private final Clock clock;
    private final Set<Hash> untrue = new HashSet<>();
    private final Map<Hash, List<Peer>> sources = new HashMap<>();

    /** Is told how far it is, on any thread, one at a time. */
    public interface Progress {
        /** @param sources peers that have it */
        void chosen(Manifest manifest, List<String> sources);

        /** @param bytes of chunks that are here, before compression */
        void fetched(long bytes, long allBytes);
    }

    /** @param streams chunks that one source is asked for at a time */
    SnapshotFetch(
            Cluster cluster,
            GenesisConfig genesis,
            Trust trust,
            Producer<String, byte[]> producer,
            Supplier<Map<Peer, PeerStatus>> peers,
            Intake.Outcome outcome,
            int streams,
            Clock clock) {
        this.cluster = cluster;
        this.genesis = genesis;
        this.trust = trust;
        this.producer = producer;
        this.peers = peers;
        this.outcome = outcome;
        this.streams = streams;
        this.clock = clock;
    }

    /**
     * One attempt. Chunks that an earlier one brought are not fetched again. A snapshot that turns out to be false costs its sources their connections, and the
     * next one is tried.
     *
     * @param newerThan commit; the snapshot is of a later one
     * @param room bytes that may be written; a snapshot that needs more is not begun
     * @param anew whether chunks that are here are fetched again all the same, since one of them is damaged
     * @return what is in the topics now
     */
    public Manifest fetch(long newerThan, long room, boolean anew, Progress progress)
            throws FetchFailedException, InterruptedException {
        Map<Peer, PeerStatus> known = peers.get();
        long oldestRound = known.values().stream()
                .mapToLong(PeerStatus::getOldestRound)
                .min()
                .orElse(Long.MAX_VALUE);
        var offered = new OfferedSnapshots(genesis, trust, outcome);
        askAll(known.keySet(), peer -> offered.ask(peer, newerThan, oldestRound, untrue));
        List<SourceFailure> failures = new ArrayList<>(offered.failures());
        failures.forEach(failure -> LOG.info("no snapshot of {}", failure));
        for (OfferedSnapshots.Offer offer : offered.bestFirst()) {
            if (isFetched(offer, room, anew, failures, progress)) {
                publish(offer);
                sources.put(offer.manifest().hash(), offer.sources());
                return offer.manifest();
            }
        }
        throw new FetchFailedException(
                known.isEmpty()
                        ? "no peer is connected"
                        : "none of %d peers has a snapshot that can be used".formatted(known.size()),
                failures);
    }

    /** A question to one peer. */
    @FunctionalInterface
    private interface Asking {
        void of(Peer peer) throws InterruptedException;
    }

    /** All at the same time, so that nobody waits for one that takes its time. */
    private static void askAll(Set<Peer> peers, Asking asking) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool(new DefaultThreadFactory("meshlog-snapshot-ask", true));
        try {
            List<Callable<@Nullable Void>> questions = new ArrayList<>();
            for (Peer peer : peers) {
                questions.add(() -> {
                    asking.of(peer);
                    return null;
                });
            }
            for (Future<@Nullable Void> each : threads.invokeAll(questions)) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException("asking for snapshots: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * A snapshot that was fetched can't be installed, for its manifest is not true: it goes from the topics, where nobody was told of it yet.
     *
     * @param why for those who offered it, and for people
     */
    public void foundFalse(Manifest manifest, String why) throws InterruptedException {
        Hash hash = manifest.hash();
        blame(manifest, sources.getOrDefault(hash, List.of()), why);
        await(producer.send(new ProducerRecord<>(Topics.MANIFESTS.name(), hash.hex(), null)));
    }

    private boolean isFetched(
            OfferedSnapshots.Offer offer, long room, boolean anew, List<SourceFailure> failures, Progress progress)
            throws InterruptedException {
        Manifest manifest = offer.manifest();
        List<String> names =
                offer.sources().stream().map(peer -> peer.info().name()).toList();
        var arriving = new Arriving(manifest, anew ? Set.of() : chunksHere(), progress);
        long needed = COPIES * manifest.size() - arriving.bytes;
        if (needed > room) {
            failures.add(new SourceFailure(
                    "the snapshot of checkpoint " + manifest.checkpointIndex(),
                    "it may take %d bytes of the disk while it is installed, %d are free".formatted(needed, room)));
            return false;
        }
        progress.chosen(manifest, names);
        var chunks = new ChunkFetch(manifest, arriving.there, arriving, outcome, streams);
        boolean isWhole = chunks.from(offer.sources());
        failures.addAll(chunks.failures());
        arriving.awaitWritten();
        chunks.contradiction().ifPresent(why -> {
            blame(manifest, offer.sources(), why);
            names.forEach(name -> failures.add(new SourceFailure(name, falsehood(manifest, why))));
        });
        return isWhole;
    }

    private void blame(Manifest manifest, List<Peer> offeredBy, String why) {
        LOG.warn("{}", falsehood(manifest, why));
        untrue.add(manifest.hash());
        offeredBy.forEach(peer -> outcome.misbehaved(peer, Misbehaviour.FALSE_SNAPSHOT, falsehood(manifest, why)));
    }

    private static String falsehood(Manifest manifest, String why) {
        return "the snapshot %s of checkpoint %d is false: %s"
                .formatted(manifest.hash().brief(), manifest.checkpointIndex(), why);
    }

    private Set<Hash> chunksHere() {
        Set<Hash> here = new HashSet<>();
        TopicReader.readAllUndecoded(cluster, Topics.CHUNKS, rec -> {
            Hash id = Hash.ofHex(rec.key());
            if (rec.value() == null) {
                here.remove(id);
            } else {
                here.add(id);
            }
        });
        return here;
    }

    /** The offsets that belong to a snapshot of another cluster mean nothing here, and a peer may say any: they are left out. */
    private void publish(OfferedSnapshots.Offer offer) throws InterruptedException {
        var published = PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(offer.manifest().encode()))
                .setBinding(OffsetBinding.newBuilder()
                        .setClusterId(SnapshotShelf.OF_PEERS)
                        .setTopic(Topics.VERIFIED.name())
                        .setTopicId("")
                        .setPartition(0)
                        .setCutOffset(0)
                        .setReplayFrom(0)
                        .build())
                .setCreatedAtMs(clock.instant())
                .setCompressedBytes(offer.compressedBytes())
                .setWrittenChunks(0)
                .setCertificate(offer.certificate().length == 0 ? null : ByteBuffer.wrap(offer.certificate()))
                .build();
        await(producer.send(new ProducerRecord<>(
                Topics.MANIFESTS.name(), offer.manifest().hash().hex(), Cluster.encode(Topics.MANIFESTS, published))));
    }

    private static void await(Future<RecordMetadata> write) throws InterruptedException {
        try {
            write.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the snapshot is not in the cluster: " + e.getCause(), e.getCause());
        }
    }

    /** Chunks on their way into the topic. */
    private final class Arriving implements ChunkFetch.ChunkSink {
        private final Set<Hash> there;
        private final long allBytes;
        private final Progress progress;
        private final Queue<Future<RecordMetadata>> writes = new ConcurrentLinkedQueue<>();
        private long bytes;

        Arriving(Manifest manifest, Set<Hash> there, Progress progress) {
            this.there = there;
            this.allBytes = manifest.size();
            this.progress = progress;
            for (ChunkRef chunk : manifest.chunks()) {
                bytes += there.contains(chunk.id()) ? chunk.size() : 0;
            }
            bytes += there.contains(manifest.digestsId()) ? manifest.digestsSize() : 0;
        }

        @Override
        public synchronized void put(SnapshotChunk chunk, int size) {
            Hash id = Hash.of(chunk.getId());
            if (there.contains(id)) {
                return;
            }
            writes.add(producer.send(
                    new ProducerRecord<>(Topics.CHUNKS.name(), id.hex(), Cluster.encode(Topics.CHUNKS, chunk))));
            bytes += size;
            progress.fetched(bytes, allBytes);
        }

        void awaitWritten() throws InterruptedException {
            for (Future<RecordMetadata> write : writes) {
                await(write);
            }
        }
    }
}
