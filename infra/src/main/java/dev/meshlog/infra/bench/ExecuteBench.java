package dev.meshlog.infra.bench;

import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.dag.SafetyViolationException;
import dev.meshlog.ledger.execution.SystemPod;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.vertex.Call;
import dev.meshlog.ledger.vertex.ObjectRef;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Verified vertices with transactions through the ledger into RocksDB, one write batch for a block of vertices, as for what one poll of the
 * log brings; the limit writes the entries that changed, without their accumulators, in one batch too.
 */
final class ExecuteBench implements Bench {
    private static final int VALIDATORS = 4;
    private static final int TRANSACTIONS = 100;
    private static final int MAX_ROUNDS = 60;

    @Override
    public String name() {
        return "execute";
    }

    @Override
    public String sentence() {
        return "transactions from verified vertices to committed state, against a write batch of the same entries; the size is"
                + " objects (1,000,000)";
    }

    @Override
    public void run(BenchSettings settings, Consumer<Figure> figures) throws Exception {
        compare("signatures known", (key, message, signature) -> true, settings, figures);
        compare("signatures checked", Ed25519.fastest(), settings, figures);
    }

    private void compare(String figure, SignatureCheck check, BenchSettings settings, Consumer<Figure> figures)
            throws Exception {
        int objects = settings.sizeOr(1_000_000);
        SigningKey sender = BenchNetwork.key(1_000_000);
        settings.progress().accept("execute, making the state and the transactions");
        try (var fixture = SnapshotFixture.create(objects, sender.publicKey());
                var bare = new BareWrites(fixture.emptyDirectory())) {
            var load = new Load(fixture, objects, sender, check);
            Deque<List<Vertex>> blocks = new ArrayDeque<>();
            for (int i = 0; i <= Interleaving.ROUNDS; i++) {
                blocks.add(load.block());
            }
            // No slices: every block can be executed once.
            new Interleaving(
                            name(),
                            "transactions",
                            new BenchSettings(OptionalLong.empty(), 0, settings.clock(), settings.progress()))
                    .compare(figure, () -> load.execute(blocks.remove()), () -> bare.write(load), figures);
        }
    }

    /** Transactions that each set one object, and the ledger that executes them. */
    private static final class Load {
        private final BenchNetwork network = new BenchNetwork(VALIDATORS);
        private final Random random = new Random(2);
        private final SnapshotFixture fixture;
        private final State state;
        private final Ledger ledger;
        private final SigningKey sender;
        private final int objects;
        private final long[] versions;
        private final int rounds;
        private List<CommitOutput> commits = List.of();
        private long offset;
        private int object;

        Load(SnapshotFixture fixture, int objects, SigningKey sender, SignatureCheck check) {
            this.fixture = fixture;
            this.sender = sender;
            this.objects = objects;
            this.versions = new long[objects];
            this.rounds = Math.min(MAX_ROUNDS, 5 + objects / 1_000);
            this.state = new State(fixture.store(), SnapshotFixture.BUCKET_BITS);
            this.ledger = new Ledger(
                    network.genesis(),
                    state,
                    fixture.store().pendingVertices(network.networkId()),
                    check,
                    List.of(new SystemPod()));
        }

        List<Vertex> block() {
            List<Vertex> block = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                block.addAll(network.nextUnsignedRound(producer -> transactions()));
            }
            return block;
        }

        private List<byte[]> transactions() {
            List<byte[]> transactions = new ArrayList<>();
            for (int i = 0; i < TRANSACTIONS; i++) {
                // A step that is prime to the number of objects meets all of them in no order.
                object = (object + 7_919) % objects;
                transactions.add(sign(new ObjectRef(SnapshotFixture.id(object), ++versions[object])));
            }
            return transactions;
        }

        private byte[] sign(ObjectRef written) {
            var call = new Call(
                    sender.publicKey(),
                    List.of(),
                    List.of(written),
                    0,
                    SystemPod.NAME,
                    "set_object",
                    SnapshotFixture.content(random),
                    network.round() + 500);
            return Transaction.sign(network.networkId(), call, sender).bytes();
        }

        long execute(List<Vertex> block) throws SafetyViolationException {
            commits = new ArrayList<>();
            long executed = 0;
            for (Vertex vertex : block) {
                for (CommitOutput commit : ledger.apply(vertex, offset++).commits()) {
                    commits.add(commit);
                    executed += commit.results().size();
                }
            }
            state.flush();
            fixture.store().commit();
            return executed;
        }
    }

    /** The entries of the load's newest commits, and nothing else. */
    private static final class BareWrites implements AutoCloseable {
        private final Options options = new Options().setCreateIfMissing(true);
        private final WriteOptions writeOptions = new WriteOptions();
        private final RocksDB db;

        BareWrites(Path directory) throws RocksDBException {
            db = RocksDB.open(options, directory.toString());
        }

        long write(Load load) throws RocksDBException {
            long transactions = 0;
            try (var batch = new WriteBatch()) {
                for (CommitOutput commit : load.commits) {
                    write(batch, commit.changes());
                    transactions += commit.results().size();
                }
                db.write(writeOptions, batch);
            }
            return transactions;
        }

        private static void write(WriteBatch batch, NavigableMap<byte[], byte @Nullable []> changes)
                throws RocksDBException {
            for (Map.Entry<byte[], byte @Nullable []> change : changes.entrySet()) {
                byte[] value = change.getValue();
                if (value == null) {
                    batch.delete(change.getKey());
                } else {
                    batch.put(change.getKey(), value);
                }
            }
        }

        @Override
        public void close() {
            db.close();
            writeOptions.close();
            options.close();
        }
    }
}
