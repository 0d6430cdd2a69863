package dev.meshlog.ledger.simulation;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Attestation;
import dev.meshlog.ledger.certificate.CertificateCollector;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.state.Chunk;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.ledger.vertex.VertexFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Snapshots that must be refused. */
final class Forgery {
    private final World world;
    private final SigningKey liar;

    Forgery(World world, SigningKey liar) {
        this.world = world;
        this.liar = liar;
    }

    SnapshotCut of(SnapshotCut cut) {
        return world.random.nextBoolean() ? flipped(cut, world.random) : consistent(cut, world.genesis);
    }

    private static SnapshotCut flipped(SnapshotCut cut, Random random) {
        List<byte[]> chunks = new ArrayList<>(cut.chunks());
        int chosen = random.nextInt(chunks.size());
        byte[] damaged = chunks.get(chosen).clone();
        if (damaged.length > 0) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        } else {
            damaged = new byte[1];
        }
        chunks.set(chosen, damaged);
        return new SnapshotCut(cut.manifest(), cut.digests(), chunks, 0, cut.certificate());
    }

    /** One object more than there is, every hash computed again, and a certificate by the liar alone. */
    private SnapshotCut consistent(SnapshotCut cut, GenesisConfig genesis) {
        Manifest manifest = cut.manifest();
        var store = new MemoryStateStore();
        try {
            var reader = new ChunkReader(manifest, cut.digests());
            for (int i = 0; i < cut.chunks().size(); i++) {
                reader.verify(manifest.chunks().get(i), cut.chunks().get(i)).applyTo(store);
            }
        } catch (InvalidSnapshotException e) {
            throw new IllegalStateException("a liar's own snapshot is no snapshot", e);
        }
        var state = new State(store, genesis.bucketBits());
        state.put(StateKey.object(Hash.ofHex("fa".repeat(32))), new byte[] {1});
        List<Chunk> chunks = SnapshotCut.chunks(store, genesis.bucketBits());
        Manifest lie = Manifest.of(
                manifest.networkId(),
                manifest.checkpointIndex(),
                manifest.commitIndex(),
                manifest.leaderRound(),
                manifest.commitHash(),
                state.root(manifest.checkpointIndex()),
                state.bucketDigests(),
                chunks.stream().map(Chunk::ref).toList());
        return new SnapshotCut(
                lie,
                state.bucketDigests().bytes(),
                chunks.stream().map(Chunk::bytes).toList(),
                0,
                certificate(lie));
    }

    private byte[] certificate(Manifest lie) {
        var alone = new Validators(List.of(new Validator(liar.publicKey(), 1, "", 0)));
        Vertex vertex = new VertexFactory(world.genesis.networkId(), world.genesis.epochLength(), liar)
                .make(lie.leaderRound(), List.of(), List.of(), lie.checkpointIndex(), lie.stateRoot(), 0);
        return new CertificateCollector(world.genesis.networkId(), -1)
                .add(Attestation.of(vertex), alone)
                .orElseThrow(() -> new IllegalStateException("one validator is a quorum of one"))
                .encode();
    }
}
