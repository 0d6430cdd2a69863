package dev.meshlog.replayer;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.certificate.Attestation;
import dev.meshlog.ledger.certificate.Certificate;
import dev.meshlog.ledger.certificate.CertificateCollector;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateChunks;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A snapshot of the genesis state and some more entries, and its records, without a broker. */
record SmallSnapshot(Network network, Manifest manifest, Map<Hash, byte[]> chunks) {
    static final LogIdentity LOG = new LogIdentity("cluster", "topic");
    static final long REPLAY_FROM = 40;

    /** @param entries of 4,000 random bytes each, beside those of the genesis */
    static SmallSnapshot of(Network network, long seed, int entries, long checkpoint) {
        var random = new Random(seed);
        var store = new MemoryStateStore();
        int bits = network.genesis.bucketBits();
        var state = new State(store, bits);
        GenesisState.entries(network.genesis).forEach(state::put);
        for (int i = 0; i < entries; i++) {
            byte[] key = new byte[33];
            byte[] value = new byte[4_000];
            random.nextBytes(key);
            random.nextBytes(value);
            state.put(key, value);
        }
        state.flush();
        Map<Hash, byte[]> bytes = new TreeMap<>();
        List<ChunkRef> refs = new ArrayList<>();
        var cutter = new StateChunks(bits, chunk -> {
            refs.add(chunk.ref());
            bytes.put(chunk.id(), chunk.bytes());
        });
        store.forEachByBucket(bits, cutter::add);
        cutter.finish();
        bytes.put(state.bucketDigests().id(), state.bucketDigests().bytes());
        Manifest manifest = Manifest.of(
                network.genesis.networkId(),
                checkpoint,
                checkpoint * network.genesis.checkpointInterval(),
                checkpoint,
                Domain.contentId(new byte[] {1}),
                state.root(checkpoint),
                state.bucketDigests(),
                refs);
        return new SmallSnapshot(network, manifest, bytes);
    }

    /** Of these validators, as if there were no others. */
    static byte[] certificate(Network network, Manifest manifest, List<SigningKey> signers) {
        var alone = new Validators(signers.stream()
                .map(key -> new Validator(key.publicKey(), 1, "", 0))
                .toList());
        var collector = new CertificateCollector(network.genesis.networkId(), -1);
        byte[] complete = new byte[0];
        for (SigningKey key : signers) {
            Vertex vertex = network.factory(key)
                    .make(1, List.of(), List.of(), manifest.checkpointIndex(), manifest.stateRoot(), 0);
            complete = collector
                    .add(Attestation.of(vertex), alone)
                    .map(Certificate::encode)
                    .orElse(complete);
        }
        return complete;
    }

    byte[] record(byte[] certificate) {
        return record(manifest, certificate);
    }

    static byte[] record(Manifest manifest, byte[] certificate) {
        return Cluster.encode(
                Topics.MANIFESTS,
                PublishedSnapshot.newBuilder()
                        .setManifest(ByteBuffer.wrap(manifest.encode()))
                        .setBinding(OffsetBinding.newBuilder()
                                .setClusterId(LOG.clusterId())
                                .setTopic(Topics.VERIFIED.name())
                                .setTopicId(LOG.topicId())
                                .setPartition(0)
                                .setCutOffset(REPLAY_FROM)
                                .setReplayFrom(REPLAY_FROM)
                                .build())
                        .setCreatedAtMs(Instant.EPOCH)
                        .setCompressedBytes(0)
                        .setWrittenChunks(0)
                        .setCertificate(ByteBuffer.wrap(certificate))
                        .build());
    }

    static byte[] record(Hash id, byte[] content) {
        return Cluster.encode(
                Topics.CHUNKS,
                SnapshotChunk.newBuilder()
                        .setId(id.fixed())
                        .setSize(content.length)
                        .setZstd(ByteBuffer.wrap(ChunkCompression.compress(content)))
                        .build());
    }

    /** Everything as the snapshotter publishes it, certified by all validators. */
    MemorySnapshots published() {
        var source = new MemorySnapshots();
        source.manifests.put(manifest.hash().hex(), record(certificate(network, manifest, network.keys)));
        chunks.forEach((id, content) -> source.chunks.put(id, record(id, content)));
        return source;
    }
}
