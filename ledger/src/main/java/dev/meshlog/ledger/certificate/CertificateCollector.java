package dev.meshlog.ledger.certificate;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Makes certificates of the headers of accepted vertices. Of every validator it keeps the first header that names a checkpoint, for
 * the {@value #KEPT_CHECKPOINTS} highest checkpoints that it named and that are not certified, and of the {@value #KEPT_EPOCHS}
 * newest epochs: a validator that names absurd checkpoints, or another root each time, crowds out its own headers alone.
 *
 * <p>Headers of several epochs are weighed with the validators of the newest of these epochs. One thread at a time.
 */
public final class CertificateCollector {
    /** So many checkpoints may the slowest validator that a quorum needs be behind the fastest one. */
    static final int KEPT_CHECKPOINTS = 8;

    /** Whoever names a checkpoint for longer says so again in every vertex. */
    static final int KEPT_EPOCHS = 4;

    private final Hash networkId;
    private final Map<Hash, NavigableMap<Long, Attestation>> byProducer = new HashMap<>();
    private final NavigableMap<Long, Validators> sets = new TreeMap<>();
    private long newestCertified;

    /** @param newestCertified checkpoints up to this one need no certificate any more; −1: all need one */
    public CertificateCollector(Hash networkId, long newestCertified) {
        this.networkId = networkId;
        this.newestCertified = newestCertified;
    }

    /**
     * Takes the header of an accepted vertex. What comes back is the certificate of a checkpoint above all that were certified before;
     * headers of checkpoints up to this one are forgotten.
     *
     * @param ofItsEpoch the validators of the header's epoch
     */
    public Optional<Certificate> add(Attestation attestation, Validators ofItsEpoch) {
        long checkpoint = attestation.header().checkpointIndex();
        if (checkpoint <= newestCertified
                || !ofItsEpoch.contains(attestation.producer())
                || !open(attestation.epoch(), ofItsEpoch)) {
            return Optional.empty();
        }
        NavigableMap<Long, Attestation> own =
                byProducer.computeIfAbsent(attestation.producer(), any -> new TreeMap<>());
        if (own.putIfAbsent(checkpoint, attestation) != null) {
            return Optional.empty();
        }
        if (own.size() > KEPT_CHECKPOINTS) {
            own.pollFirstEntry();
        }
        Optional<Certificate> complete =
                certificate(checkpoint, attestation.header().checkpointRoot());
        if (complete.isPresent()) {
            newestCertified = checkpoint;
            forget(each -> each.header().checkpointIndex() <= checkpoint);
        }
        return complete;
    }

    /** The highest checkpoint that has a certificate; what the constructor was given as long as there is none. */
    public long newestCertified() {
        return newestCertified;
    }

    /** Whether the epoch is one of the newest; a newer one than ever closes the oldest. */
    private boolean open(long epoch, Validators validators) {
        if (!sets.isEmpty() && epoch <= sets.lastKey() - KEPT_EPOCHS) {
            return false;
        }
        if (sets.putIfAbsent(epoch, validators) == null) {
            long oldest = sets.lastKey() - KEPT_EPOCHS + 1;
            sets.headMap(oldest).clear();
            forget(each -> each.epoch() < oldest);
        }
        return true;
    }

    private void forget(Predicate<Attestation> gone) {
        byProducer.values().forEach(own -> own.values().removeIf(gone));
        byProducer.values().removeIf(Map::isEmpty);
    }

    /** Oldest epoch first: the headers up to an epoch, weighed with its validators. */
    private Optional<Certificate> certificate(long checkpoint, Hash root) {
        List<Attestation> naming = new ArrayList<>();
        for (NavigableMap<Long, Attestation> own : byProducer.values()) {
            Attestation each = own.get(checkpoint);
            if (each != null && each.names(checkpoint, root)) {
                naming.add(each);
            }
        }
        for (Map.Entry<Long, Validators> set : sets.entrySet()) {
            long epoch = set.getKey();
            Validators validators = set.getValue();
            List<Attestation> counted = naming.stream()
                    .filter(each -> each.epoch() <= epoch && validators.contains(each.producer()))
                    .toList();
            long weight = counted.stream()
                    .mapToLong(each -> validators.weight(each.producer()))
                    .sum();
            if (validators.isQuorum(weight) && counted.stream().anyMatch(each -> each.epoch() == epoch)) {
                return Optional.of(new Certificate(networkId, counted));
            }
        }
        return Optional.empty();
    }

    /** How many headers are kept. */
    int size() {
        return byProducer.values().stream().mapToInt(Map::size).sum();
    }
}
