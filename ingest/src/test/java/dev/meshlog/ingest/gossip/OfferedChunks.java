package dev.meshlog.ingest.gossip;

import dev.meshlog.ingest.gossip.quic.ScriptedPeer;
import dev.meshlog.ingest.gossip.quic.ScriptedPeer.Says;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateChunks;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.SnapshotQuery;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.avro.specific.SpecificRecordBase;

/** A manifest with its chunks, and peers that hand them out. */
record OfferedChunks(Manifest manifest, Map<Hash, SnapshotChunk> chunks) {
    private static final int ENTRIES = 20;

    /** The genesis state, with the chain at the checkpoint and some large entries. */
    static OfferedChunks of(GenesisConfig genesis, long checkpoint) {
        return of(genesis, checkpoint, checkpoint * 20);
    }

    static OfferedChunks of(GenesisConfig genesis, long checkpoint, long leaderRound) {
        long commit = checkpoint * genesis.checkpointInterval();
        Hash commitHash = Domain.contentId(Domain.u64(checkpoint));
        var store = new MemoryStateStore();
        var state = new State(store, genesis.bucketBits());
        GenesisState.entries(genesis).forEach(state::put);
        state.put(
                StateKey.chain(),
                new ChainHead(
                                genesis.networkId(),
                                commit,
                                commitHash,
                                leaderRound,
                                0,
                                0,
                                1,
                                new CheckpointMark(0, Hash.ZERO, 0),
                                0,
                                0,
                                0)
                        .encode());
        var random = new Random(checkpoint);
        for (int i = 0; i < ENTRIES; i++) {
            byte[] id = new byte[Hash.LENGTH];
            byte[] value = new byte[700_000];
            random.nextBytes(id);
            random.nextBytes(value);
            state.put(StateKey.object(Hash.of(id)), value);
        }
        state.flush();
        Map<Hash, SnapshotChunk> chunks = new HashMap<>();
        List<ChunkRef> refs = new ArrayList<>();
        var cutter = new StateChunks(genesis.bucketBits(), chunk -> {
            refs.add(chunk.ref());
            put(chunks, chunk.bytes());
        });
        store.forEachByBucket(genesis.bucketBits(), cutter::add);
        cutter.finish();
        put(chunks, state.bucketDigests().bytes());
        return new OfferedChunks(
                Manifest.of(
                        genesis.networkId(),
                        checkpoint,
                        commit,
                        leaderRound,
                        commitHash,
                        state.root(checkpoint),
                        state.bucketDigests(),
                        refs),
                chunks);
    }

    private static Hash put(Map<Hash, SnapshotChunk> chunks, byte[] bytes) {
        Hash id = Domain.contentId(bytes);
        chunks.put(
                id,
                new SnapshotChunk(id.fixed(), (long) bytes.length, ByteBuffer.wrap(ChunkCompression.compress(bytes))));
        return id;
    }

    /** The same chunks under a manifest that says that its commit was another one. */
    OfferedChunks ofAnotherCommit() {
        return with(Hash.ZERO, manifest.chunks(), chunks);
    }

    /** One of its large chunks is made up, with the right id. */
    OfferedChunks withAMadeUpChunk() {
        List<ChunkRef> refs = new ArrayList<>(manifest.chunks());
        ChunkRef last = refs.stream()
                .filter(ref -> ref.size() > 600_000)
                .reduce((a, b) -> b)
                .orElseThrow();
        Map<Hash, SnapshotChunk> others = new HashMap<>(chunks);
        Hash id = put(others, new byte[last.size()]);
        refs.set(
                refs.indexOf(last),
                new ChunkRef(last.firstBucket(), last.lastBucket(), last.entries(), last.size(), id));
        return with(manifest.commitHash(), refs, others);
    }

    private OfferedChunks with(Hash commitHash, List<ChunkRef> refs, Map<Hash, SnapshotChunk> all) {
        return new OfferedChunks(
                new Manifest(
                        manifest.networkId(),
                        manifest.bucketBits(),
                        manifest.checkpointIndex(),
                        manifest.commitIndex(),
                        manifest.leaderRound(),
                        commitHash,
                        manifest.stateRoot(),
                        manifest.entries(),
                        manifest.digestsId(),
                        refs),
                all);
    }

    PublishedSnapshot published() {
        return PublishedSnapshot.newBuilder()
                .setManifest(ByteBuffer.wrap(manifest.encode()))
                .setBinding(new OffsetBinding("cluster", "topic", "id", 0, null, 5L, 3L))
                .setCreatedAtMs(Instant.EPOCH)
                .setCompressedBytes(1)
                .setWrittenChunks(1)
                .setCertificate(ByteBuffer.wrap(new byte[] {1}))
                .build();
    }

    /** A peer that has it all. */
    ScriptedPeer good(int number) {
        return new ScriptedPeer(StandIn.info(number, "192.0.2." + number, true), this::answer);
    }

    Says answer(SpecificRecordBase question) {
        if (question instanceof SnapshotQuery) {
            return Says.all(List.of(published()));
        }
        return Says.all(List.of(chunk((ChunkQuery) question)));
    }

    SnapshotChunk chunk(ChunkQuery question) {
        return Objects.requireNonNull(chunks.get(Hash.of(question.getId())));
    }
}
