package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

/** A ledger whose history stands in the topics of a broker, and recoveries of it into directories. */
final class RecoveryFixture {
    static final long SEED = 81;

    private final TestBroker broker;
    private final PublishedLedger ledger;
    private final Path directory;

    RecoveryFixture(TestBroker broker, PublishedLedger ledger, Path directory) {
        this.broker = broker;
        this.ledger = ledger;
        this.directory = directory;
    }

    List<Hash> leased() {
        return broker.table(Topics.READERS).values().stream()
                .filter(lease ->
                        lease.getExpiresAtMs().isAfter(Clock.systemUTC().instant()))
                .map(lease -> Hash.of(lease.getManifest()))
                .toList();
    }

    RecoveryReport verifying(String target) {
        return new Replayer(broker.cluster(), ledger.network.genesis, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(
                                directory.resolve(target),
                                false,
                                Long.MAX_VALUE,
                                new Trust.OfGenesis(),
                                true,
                                false,
                                3),
                        RecoveryListener.NONE);
    }

    void publishOneSnapshot() throws Exception {
        publish(30, 5);
        List<PublishedLedger.Cut> older = ledger.cuts().subList(0, ledger.cuts().size() - 1);
        older.forEach(
                cut -> broker.write(Topics.MANIFESTS, cut.manifest().hash().hex(), null));
    }

    void publish(int rounds, int snapshotEvery) throws Exception {
        ledger.run(ledger.vertices(SEED, rounds), snapshotEvery);
    }

    RecoveryReport recover(String target, boolean fromGenesis, long toCommit) {
        return recover(target, fromGenesis, toCommit, RecoveryListener.NONE);
    }

    RecoveryReport recover(String target, boolean fromGenesis, long toCommit, RecoveryListener listener) {
        return new Replayer(broker.cluster(), ledger.network.genesis, Clock.systemUTC())
                .recover(
                        new Replayer.Plan(directory.resolve(target), fromGenesis, toCommit, new Trust.OfGenesis()),
                        listener);
    }

    Hash root(String target) {
        try (var store = RocksStateStore.open(directory.resolve(target), ledger.network.genesis.bucketBits())) {
            return new State(store, ledger.network.genesis.bucketBits()).root(0);
        }
    }

    void delete(String target) throws Exception {
        try (var all = Files.walk(directory.resolve(target))) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    SnapshotChunk chunk(Hash id) {
        return Objects.requireNonNull(broker.table(Topics.CHUNKS).get(id.hex()), () -> "chunk " + id);
    }

    /** The chunk is gone as compaction leaves it: all others stay. */
    void removeChunk(Hash id) {
        var others = broker.table(Topics.CHUNKS);
        others.remove(id.hex());
        broker.recreate(Topics.CHUNKS);
        others.forEach((key, value) -> broker.write(Topics.CHUNKS, key, Cluster.encode(Topics.CHUNKS, value)));
    }
}
