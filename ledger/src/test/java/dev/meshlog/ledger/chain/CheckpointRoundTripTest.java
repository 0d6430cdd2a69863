package dev.meshlog.ledger.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.rocksdb.EntryTableFile;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.Chunk;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.ChunkReader;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.state.StateChunks;
import dev.meshlog.ledger.state.StateStore;
import dev.meshlog.ledger.state.VerifiedChunk;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Hex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A state is cut, sent and restored at every checkpoint of a random run. Objects are of 4 KiB, so that there are several chunks. */
class CheckpointRoundTripTest {
    private final Network network = new Network(4);
    private final int bits = network.genesis.bucketBits();

    @TempDir
    Path directory;

    /** A cut by way of bytes alone. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sent(byte[] manifest, Hash hash, byte[] digests, List<byte[]> frames) {}

    @ParameterizedTest
    @ValueSource(longs = {21, 22})
    void stateOfEveryCheckpointIsRestoredEntryByEntry(long seed) throws Exception {
        List<Vertex> vertices = vertices(seed, 220);
        var store = new MemoryStateStore();
        var state = new State(store, bits);
        Ledger ledger = open(state);
        int checkpoints = 0;
        int mostChunks = 0;
        for (int offset = 0; offset < vertices.size(); offset++) {
            long limit = nextCheckpoint(ledger);
            List<CommitOutput> commits =
                    ledger.apply(vertices.get(offset), offset, limit).commits();
            if (ledger.head().commitIndex() == limit && !commits.isEmpty()) {
                state.flush();
                Sent sent = send(ledger, store, state);
                var restored = new MemoryStateStore();
                for (VerifiedChunk chunk : receive(sent)) {
                    chunk.applyTo(restored);
                }

                String name = "seed " + seed + ", commit " + limit;
                assertSame(name, store, restored);
                var again = new State(restored, bits);
                assertThat(again.root(ledger.checkpoint().index()))
                        .as(name)
                        .isEqualTo(ledger.checkpoint().root());
                assertThat(again.bucketDigests().bytes()).as(name).isEqualTo(sent.digests());
                assertThat(send(ledger, restored, again).manifest()).as(name).isEqualTo(sent.manifest());
                checkpoints++;
                mostChunks = Math.max(mostChunks, sent.frames().size());
            }
        }
        assertThat(checkpoints).as("seed %d", seed).isGreaterThan(40);
        assertThat(mostChunks).as("seed %d", seed).isGreaterThan(1);
    }

    @Test
    void ledgerOnARestoredStoreGoesOnWithTheSameCommits() throws Exception {
        long seed = 23;
        List<Vertex> vertices = vertices(seed, 160);
        List<String> all = continued(new State(new MemoryStateStore(), bits), vertices, 0);
        var store = new MemoryStateStore();
        var state = new State(store, bits);
        Ledger ledger = open(state);
        for (int offset = 0; offset < vertices.size(); offset++) {
            long limit = nextCheckpoint(ledger);
            List<CommitOutput> commits =
                    ledger.apply(vertices.get(offset), offset, limit).commits();
            boolean reached = ledger.head().commitIndex() == limit && !commits.isEmpty();
            if (reached && ledger.checkpoint().index() % 10 == 2) {
                state.flush();
                Sent sent = send(ledger, store, state);
                long from = commits.get(commits.size() - 1).replayFrom();
                var memory = new MemoryStateStore();
                receive(sent).forEach(chunk -> chunk.applyTo(memory));
                List<String> expected = all.subList((int) limit, all.size());

                assertThat(continued(new State(memory, bits), vertices, from))
                        .as("seed %d, commit %d", seed, limit)
                        .isEqualTo(expected);
                try (RocksStateStore rocks = ingest(sent, limit)) {
                    assertSame("seed " + seed + ", commit " + limit, store, rocks);
                    assertThat(continued(new State(rocks, bits), vertices, from))
                            .isEqualTo(expected);
                }
            }
        }
    }

    private List<Vertex> vertices(long seed, int rounds) {
        return network.generate(
                new Random(seed), rounds, number -> number % 2 == 0 ? List.of(transaction(seed, number)) : List.of());
    }

    private byte[] transaction(long seed, long number) {
        SigningKey key = network.keys.get((int) (number % network.keys.size()));
        byte[] content = new byte[4096];
        new Random(seed * 1_000_000 + number).nextBytes(content);
        var call = new Call(
                key.publicKey(), List.of(), List.of(), 1, SystemPod.NAME, "create_object", content, number / 100 + 50);
        return Transaction.sign(network.genesis.networkId(), call, key).bytes();
    }

    private Ledger open(State state) {
        return new Ledger(
                network.genesis, state, new InMemoryPendingVertices(), Ed25519.fastest(), List.of(new SystemPod()));
    }

    private long nextCheckpoint(Ledger ledger) {
        long interval = network.genesis.checkpointInterval();
        return (ledger.head().commitIndex() / interval + 1) * interval;
    }

    private List<String> continued(State state, List<Vertex> vertices, long from) throws Exception {
        Ledger ledger = open(state);
        List<String> commits = new ArrayList<>();
        for (long offset = from; offset < vertices.size(); offset++) {
            ledger.apply(vertices.get((int) offset), offset)
                    .commits()
                    .forEach(commit ->
                            commits.add(commit.index() + " " + commit.commitHash() + " " + commit.checkpoint()));
        }
        return commits;
    }

    private Sent send(Ledger ledger, MemoryStateStore store, State state) {
        List<Chunk> chunks = new ArrayList<>();
        var cut = new StateChunks(bits, chunks::add);
        store.forEachByBucket(bits, cut::add);
        cut.finish();
        Manifest manifest = Manifest.of(
                network.genesis.networkId(),
                ledger.checkpoint().index(),
                ledger.head().commitIndex(),
                ledger.head().leaderRound(),
                ledger.head().commitHash(),
                ledger.checkpoint().root(),
                state.bucketDigests(),
                chunks.stream().map(Chunk::ref).toList());
        return new Sent(
                manifest.encode(),
                manifest.hash(),
                state.bucketDigests().bytes(),
                chunks.stream()
                        .map(chunk -> ChunkCompression.compress(chunk.bytes()))
                        .toList());
    }

    private List<VerifiedChunk> receive(Sent sent) throws Exception {
        Manifest manifest = Manifest.parse(sent.manifest(), network.genesis.networkId(), sent.hash());
        var reader = new ChunkReader(manifest, sent.digests());
        List<VerifiedChunk> verified = new ArrayList<>();
        for (int i = 0; i < manifest.chunks().size(); i++) {
            ChunkRef ref = manifest.chunks().get(i);
            verified.add(
                    reader.verify(ref, ChunkCompression.decompress(sent.frames().get(i), ref.size())));
        }
        return verified;
    }

    private RocksStateStore ingest(Sent sent, long commit) throws Exception {
        List<Path> tables = new ArrayList<>();
        RocksStateStore rocks = RocksStateStore.open(directory.resolve("at" + commit), bits);
        for (VerifiedChunk chunk : receive(sent)) {
            if (chunk.ref().entries() > 0) {
                Path table = directory.resolve(commit + "-" + tables.size() + ".sst");
                try (EntryTableFile file = EntryTableFile.create(table)) {
                    chunk.forEachEntry(file::add);
                }
                tables.add(table);
            }
            chunk.forEachBucket(rocks::putBucket);
        }
        rocks.ingestEntries(tables);
        rocks.commit();
        return rocks;
    }

    private void assertSame(String name, MemoryStateStore expected, StateStore found) {
        List<String> differing = new ArrayList<>();
        expected.forEach(bits, (bucket, key, value) -> {
            if (!Arrays.equals(found.get(key), value)) {
                differing.add(Hex.of(key));
            }
        });
        for (int bucket = 0; bucket < 1 << bits; bucket++) {
            if (!Arrays.equals(found.bucket(bucket), expected.bucket(bucket))) {
                differing.add("bucket " + bucket);
            }
        }
        assertThat(differing).as(name).isEmpty();
        if (found instanceof MemoryStateStore memory) {
            assertThat(memory.size()).as(name).isEqualTo(expected.size());
        }
    }
}
