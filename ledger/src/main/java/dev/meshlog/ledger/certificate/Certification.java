package dev.meshlog.ledger.certificate;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node's view of its own checkpoints through the eyes of the validators: collects certificates from the vertices that it takes, and holds
 * each against the checkpoint that it executed itself, whichever of the two comes first. One thread at a time.
 */
public final class Certification {
    /** Own checkpoints and certificates that wait for each other. */
    private static final int KEPT = 64;

    private final CertificateCollector collector;
    private final NavigableMap<Long, CheckpointMark> executed = new TreeMap<>();
    private final NavigableMap<Long, Certificate> certified = new TreeMap<>();
    private @Nullable Divergence divergence;

    /** @param newestCertified checkpoints up to this one need no certificate any more; −1: all need one */
    public Certification(Hash networkId, long newestCertified) {
        this.collector = new CertificateCollector(networkId, newestCertified);
    }

    /** To be called for every checkpoint that the node executes, and for the one that it opens its state with. */
    public void executed(CheckpointMark checkpoint) {
        executed.put(checkpoint.index(), checkpoint);
        compare(checkpoint, certified.get(checkpoint.index()));
        forget(executed);
    }

    /**
     * Takes what a vertex says of the state, when its epoch's validators are known.
     *
     * @return the certificate that this completes, of a checkpoint above all that were certified before
     */
    public Optional<Certificate> take(Vertex vertex, KnownValidators validators) {
        Optional<Validators> ofItsEpoch = validators.ofEpoch(vertex.epoch());
        if (ofItsEpoch.isEmpty()) {
            return Optional.empty();
        }
        Optional<Certificate> complete = collector.add(Attestation.of(vertex), ofItsEpoch.get());
        complete.ifPresent(certificate -> {
            certified.put(certificate.checkpointIndex(), certificate);
            compare(executed.get(certificate.checkpointIndex()), certificate);
            forget(certified);
        });
        return complete;
    }

    private void compare(@Nullable CheckpointMark own, @Nullable Certificate certificate) {
        if (own != null && certificate != null && divergence == null) {
            divergence = Divergence.between(own, certificate).orElse(null);
        }
    }

    private static void forget(NavigableMap<Long, ?> oldest) {
        while (oldest.size() > KEPT) {
            oldest.pollFirstEntry();
        }
    }

    /** The first one seen. The node must stop applying. */
    public Optional<Divergence> divergence() {
        return Optional.ofNullable(divergence);
    }
}
