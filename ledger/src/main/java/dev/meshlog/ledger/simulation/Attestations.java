package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Attestation;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateCollector;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.certificate.Divergence;
import dev.meshlog.ledger.certificate.InvalidCertificateException;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A node's certificates: collected from the vertices that it takes, held against its own checkpoints, and given to snapshots. */
final class Attestations {
    private static final int KEPT = 6;

    private final World world;
    private final int node;
    private final Disk disk;
    private final CertificateCollector collector;
    private final NavigableMap<Long, CheckpointMark> own = new TreeMap<>();
    private final NavigableMap<Long, SnapshotCut> cuts = new TreeMap<>();

    Attestations(World world, int node, Disk disk) {
        this.world = world;
        this.node = node;
        this.disk = disk;
        this.collector = new CertificateCollector(world.genesis.networkId(), -1);
    }

    void executed(CheckpointMark checkpoint) {
        own.put(checkpoint.index(), checkpoint);
        forget(own);
    }

    void cut(SnapshotCut snapshot) {
        cuts.put(snapshot.manifest().checkpointIndex(), snapshot);
        forget(cuts);
    }

    private static void forget(NavigableMap<Long, ?> oldest) {
        while (oldest.size() > KEPT) {
            oldest.pollFirstEntry();
        }
    }

    void take(Vertex vertex, KnownValidators validators) {
        Optional<Validators> ofItsEpoch = validators.ofEpoch(vertex.epoch());
        if (ofItsEpoch.isPresent()) {
            collector.add(Attestation.of(vertex), ofItsEpoch.get()).ifPresent(this::certified);
        }
    }

    private void certified(Certificate certificate) {
        world.oracle.certified(node, certificate);
        CheckpointMark checkpoint = own.get(certificate.checkpointIndex());
        if (checkpoint != null && Divergence.between(checkpoint, certificate).isPresent()) {
            throw new InvariantViolation("O2", "node " + node + " diverges from " + certificate);
        }
        SnapshotCut cut = cuts.get(certificate.checkpointIndex());
        if (cut != null) {
            disk.offer = cut.with(certificate.encode());
        }
    }

    /** Whether the bytes are a certificate of exactly this snapshot, by a quorum of these validators. */
    static boolean isCertified(SnapshotCut snapshot, GenesisConfig genesis, Validators by, Signatures signatures) {
        var verifier = new CertificateVerifier(
                genesis.networkId(), genesis.epochLength(), KnownValidators.constant(by), signatures);
        try {
            Certificate certificate = verifier.verify(snapshot.certificate());
            return certificate.checkpointIndex() == snapshot.manifest().checkpointIndex()
                    && certificate.root().equals(snapshot.manifest().stateRoot());
        } catch (InvalidCertificateException e) {
            return false;
        }
    }
}
