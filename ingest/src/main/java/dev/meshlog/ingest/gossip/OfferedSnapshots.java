package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.Peer;
import dev.meshlog.ingest.gossip.quic.PeerException;
import dev.meshlog.ingest.gossip.quic.Reply;
import dev.meshlog.ingest.gossip.serve.SnapshotShelf;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.gossip.SnapshotQuery;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;

/** What peers offer, sorted into what can be used and what can't. Any thread. */
final class OfferedSnapshots {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** For all that a peer offers; what came until then counts. */
    private static final Duration ALTOGETHER = Duration.ofSeconds(60);

    /** More than anybody tries before asking again. */
    private static final int NEWEST = 3;

    /** Where only one will do, it may be the oldest that a peer has. */
    private static final int ALL = SnapshotShelf.OFFERED;

    private static final Set<MessageType> SNAPSHOT = EnumSet.of(MessageType.SNAPSHOT);

    private final GenesisConfig genesis;
    private final Trust trust;
    private final Intake.Outcome outcome;
    private final Map<Hash, Offer> usable = new HashMap<>();
    private final List<SourceFailure> failures = new ArrayList<>();

    /** A snapshot that is believed, with the peers that say that they have it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Offer(Manifest manifest, byte[] certificate, long compressedBytes, List<Peer> sources) {}

    OfferedSnapshots(GenesisConfig genesis, Trust trust, Intake.Outcome outcome) {
        this.genesis = genesis;
        this.trust = trust;
        this.outcome = outcome;
    }

    /**
     * Asks a peer.
     *
     * @param newerThan commit; a snapshot of an earlier one is of no use
     * @param oldestRound from which on somebody has all vertices
     * @param excluded manifests that turned out to be false
     */
    void ask(Peer peer, long newerThan, long oldestRound, Set<Hash> excluded) throws InterruptedException {
        int offered = 0;
        int atMost = trust.checkpoint().isPresent() ? ALL : NEWEST;
        try (Reply reply = peer.ask(new SnapshotQuery(atMost), SNAPSHOT)) {
            long begun = System.nanoTime();
            Optional<SpecificRecordBase> next = reply.next(PATIENCE, ALTOGETHER);
            while (next.isPresent() && offered < atMost) {
                offered++;
                look(peer, (PublishedSnapshot) next.get(), newerThan, oldestRound, excluded);
                next = reply.next(PATIENCE, ALTOGETHER.minusNanos(System.nanoTime() - begun));
            }
        } catch (PeerException e) {
            Fetcher.blame(outcome, peer, e);
            fail(peer, e.refusal().toString());
            return;
        }
        if (offered == 0) {
            fail(peer, "it has no certified snapshot");
        }
    }

    /** The newest one first; of two forms of one checkpoint that of more peers. */
    synchronized List<Offer> bestFirst() {
        return usable.values().stream()
                .sorted(Comparator.comparingLong(
                                (Offer offer) -> offer.manifest().checkpointIndex())
                        .thenComparing(offer -> offer.sources().size())
                        .reversed())
                .toList();
    }

    synchronized List<SourceFailure> failures() {
        return List.copyOf(failures);
    }

    private synchronized void look(
            Peer peer, PublishedSnapshot published, long newerThan, long oldestRound, Set<Hash> excluded) {
        Manifest manifest;
        try {
            manifest = Manifest.parse(Buffers.array(published.getManifest()), genesis.networkId());
        } catch (InvalidSnapshotException e) {
            outcome.misbehaved(peer, Misbehaviour.WRONG_ANSWER, "a manifest: " + e.getMessage());
            fail(peer, "its manifest is damaged: " + e.getMessage());
            return;
        }
        byte[] certificate =
                published.getCertificate() == null ? new byte[0] : Buffers.array(published.getCertificate());
        long floor = Math.max(0, manifest.leaderRound() - genesis.gcDepth());
        String named = "its snapshot of checkpoint " + manifest.checkpointIndex();
        Optional<String> lie = excluded.contains(manifest.hash())
                ? Optional.of(named + " was found to be false")
                : lie(manifest).map(why -> named + " is not of this network: " + why);
        if (lie.isPresent()) {
            outcome.misbehaved(peer, Misbehaviour.FALSE_SNAPSHOT, lie.get());
            fail(peer, lie.get());
        } else if (manifest.commitIndex() <= newerThan) {
            fail(peer, named + " is not newer than what is here");
        } else if (floor + 1 < oldestRound) {
            fail(
                    peer,
                    "%s is stale: it needs vertices from round %d on, peers have them from round %d on"
                            .formatted(named, floor + 1, oldestRound));
        } else {
            Optional<String> refusal = trust.refusal(genesis, manifest, certificate);
            if (refusal.isPresent()) {
                fail(peer, named + " is not trusted: " + refusal.get());
                return;
            }
            List<Peer> sources = usable.computeIfAbsent(
                            manifest.hash(),
                            any -> new Offer(
                                    manifest,
                                    certificate,
                                    Math.max(0, published.getCompressedBytes()),
                                    new ArrayList<>()))
                    .sources();
            if (!sources.contains(peer)) {
                sources.add(peer);
            }
        }
    }

    /** What the genesis alone shows to be false. */
    private Optional<String> lie(Manifest manifest) {
        long interval = genesis.checkpointInterval();
        if (manifest.bucketBits() != genesis.bucketBits()) {
            return Optional.of("%d bits of a bucket's number instead of %d"
                    .formatted(manifest.bucketBits(), genesis.bucketBits()));
        }
        return manifest.commitIndex() % interval == 0 && manifest.commitIndex() / interval == manifest.checkpointIndex()
                ? Optional.empty()
                : Optional.of("commit %d, with a checkpoint at every %dth commit"
                        .formatted(manifest.commitIndex(), interval));
    }

    private synchronized void fail(Peer peer, String reason) {
        failures.add(new SourceFailure(peer.info().name(), reason));
    }
}
