package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateVerifier;
import dev.meshlog.ledger.certificate.Certification;
import dev.meshlog.ledger.certificate.InvalidCertificateException;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.ledger.vertex.Vertex;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A node's certificates: collected from the vertices that it takes, held against its own checkpoints, and given to snapshots. */
final class Attestations {
    private static final int KEPT = 6;

    private final World world;
    private final int node;
    private final Disk disk;
    private final Certification certification;
    private final NavigableMap<Long, SnapshotCut> cuts = new TreeMap<>();

    Attestations(World world, int node, Disk disk) {
        this.world = world;
        this.node = node;
        this.disk = disk;
        this.certification = new Certification(world.genesis.networkId(), -1);
    }

    void executed(CheckpointMark checkpoint) {
        certification.executed(checkpoint);
        requireNoDivergence();
    }

    void cut(SnapshotCut snapshot) {
        cuts.put(snapshot.manifest().checkpointIndex(), snapshot);
        while (cuts.size() > KEPT) {
            cuts.pollFirstEntry();
        }
    }

    void take(Vertex vertex, KnownValidators validators) {
        certification.take(vertex, validators).ifPresent(certificate -> {
            world.oracle.certified(node, certificate);
            SnapshotCut cut = cuts.get(certificate.checkpointIndex());
            if (cut != null) {
                disk.offer = cut.with(certificate.encode());
            }
        });
        requireNoDivergence();
    }

    private void requireNoDivergence() {
        certification.divergence().ifPresent(found -> {
            throw new InvariantViolation("O2", "node " + node + ": " + found.sentence());
        });
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
