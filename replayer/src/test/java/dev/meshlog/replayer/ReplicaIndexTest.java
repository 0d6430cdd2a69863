package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.query.OwnerIndex;
import dev.meshlog.ledger.query.ResultIndex;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.rocksdb.RocksStateStore.Index;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.TransactionResult;
import dev.meshlog.schemas.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index of a replica is, byte for byte, that of who executed everything, at the same commit. */
@SuppressWarnings("NullAway.Init") // set by publish
class ReplicaIndexTest {
    private static final long SEED = new Random().nextLong();
    private static final int KILLED = 137;

    /** Rounds; so short that results are forgotten before the snapshot, and behind it. */
    private static final long MAX_TX_VALIDITY = 25;

    private static final Hash STRANGER = Network.key(9).publicKey();
    private static final Hash INVENTED = Hash.ofHex("ee".repeat(32));

    private static TestBroker broker;
    private static PublishedLedger ledger;
    private static Path genesis;

    /** Of the commits in their order. */
    private static final List<Map<Index, NavigableMap<String, String>>> EXPECTED = new ArrayList<>();

    @TempDir
    private Path directory;

    private long executedFrom;

    @BeforeAll
    static void publish(@TempDir Path shared) throws Exception {
        broker = TestBroker.start(shared.resolve("broker"));
        broker.recreateTopics();
        var network = new Network(4, 20, 12, MAX_TX_VALIDITY, List.of());
        ledger = new PublishedLedger(broker, network);
        List<Vertex> vertices = network.generate(new Random(SEED), 110, new OwnershipLoad(network, STRANGER, SEED + 1));
        ledger.run(vertices.subList(0, vertices.size() - 120), 3);
        write(result(INVENTED, ledger.newestCommit(), ResultCode.OK));
        write(result(executedBy(ledger.newestCommit() - 2), ledger.newestCommit() - 1, ResultCode.NOT_OWNER));
        ledger.run(vertices.subList(vertices.size() - 120, vertices.size()), 0);
        expect(network);
        genesis = Files.writeString(shared.resolve("genesis.json"), network.genesis.toJson());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void stateWithoutAnIndexIsIndexedWhenItIsFollowed() {
        recover(false, false);

        follow();

        assertThat(executedFrom).isEqualTo(ledger.newestCommit() + 1);
        assertIndex();
    }

    @Test
    void recoveryForAReplicaIndexesWhatItExecutes() {
        recover(false, true);
        assertIndex();

        follow();

        assertThat(executedFrom)
                .isEqualTo(ledger.newestCut().manifest().commitIndex() + 1)
                .isLessThan(ledger.newestCommit());
        assertIndex();
    }

    @Test
    void replayFromGenesisReadsNoResults() {
        recover(true, true);

        assertIndex();
        try (RocksStateStore store = open()) {
            assertThat(store.number("index.executedFrom")).hasValue(1);
        }
    }

    @Test
    void stateThatMovedOnWithoutTheIndexIsIndexedAgain() {
        recover(false, true);
        try (RocksStateStore store = open()) {
            store.putNumber("index.commit", ledger.newestCommit() - 1);
            store.index(Index.OWNERS).put(new byte[] {2, 3, 4}, new byte[] {1});
            store.commit();
        }

        follow();

        assertIndex();
    }

    @Test
    void killedAtAnyStepTheIndexIsThatOfTheStateOrIsBuiltAgain() throws Exception {
        recover(false, false);
        for (String step : List.of("INDEX_PART_WRITTEN:1", "INDEX_PART_WRITTEN:2", "REPLAY_COMMITTED", "BEFORE_LIVE")) {
            var arguments = List.of(
                    "--bootstrap-servers",
                    broker.cluster().bootstrapServers(),
                    "--genesis",
                    genesis.toString(),
                    "--to",
                    target().toString(),
                    "--follow");
            try (var process = ReplayerProcess.start(directory, step, arguments)) {
                assertThat(process.awaitEnd()).as(process::output).isEqualTo(KILLED);
            }
            try (RocksStateStore store = open()) {
                boolean isBuilt = ReplicaIndex.isOf(store, commit(store));
                assertThat(isBuilt).as(step).isEqualTo(!step.startsWith("INDEX"));
            }
            if (!step.startsWith("INDEX")) {
                assertIndex();
            }
        }
    }

    private Path target() {
        return directory.resolve("target");
    }

    private void recover(boolean fromGenesis, boolean indexed) {
        var plan = new Replayer.Plan(target(), fromGenesis, Long.MAX_VALUE, new Trust.OfGenesis(), false, indexed, 2);
        new Replayer(broker.cluster(), ledger.network.genesis, Clock.systemUTC()).recover(plan, RecoveryListener.NONE);
    }

    /** Until it is live. */
    private void follow() {
        var live = new AtomicBoolean();
        var listener = new RecoveryListener() {
            @Override
            public void live(long commitIndex) {
                live.set(true);
            }
        };
        try (var replica =
                Replica.open(broker.cluster(), ledger.network.genesis, target(), Clock.systemUTC(), false, 1)) {
            assertThat(replica.ask(LedgerView::head)).isEmpty();
            assertThat(replica.run(live::get, listener)).isEmpty();
            executedFrom = replica.ask(LedgerView::executedFrom).orElseThrow();
            LedgerView.Page page = replica.ask(
                            view -> view.objects(STRANGER, Optional.empty(), LedgerView.Kind.ANY, 1_000))
                    .orElseThrow();
            assertThat(page.objects()).isNotEmpty();
            assertThat(replica.ask(view -> view.result(INVENTED)).orElseThrow()).isEmpty();
        }
    }

    private RocksStateStore open() {
        return StateDirectory.open(target(), ledger.network.genesis);
    }

    private static long commit(RocksStateStore store) {
        return ChainHead.decode(Objects.requireNonNull(store.get(StateKey.chain())))
                .commitIndex();
    }

    private void assertIndex() {
        try (RocksStateStore store = open();
                var view = store.view()) {
            long commit = commit(store);
            assertThat(ReplicaIndex.isOf(store, commit)).isTrue();
            for (Index index : Index.values()) {
                NavigableMap<String, String> found = new TreeMap<>();
                view.index(index).range(new byte[0], new byte[] {(byte) 0xff}, (key, value) -> {
                    found.put(Hex.of(key), Hex.of(value));
                    return true;
                });
                assertThat(found)
                        .as("%s at commit %d, seed %d", index, commit, SEED)
                        .isEqualTo(EXPECTED.get((int) commit).get(index));
            }
        }
    }

    private static void expect(Network network) {
        var owners = new MemoryTable();
        var results = new MemoryTable();
        var ownerIndex = OwnerIndex.open(
                owners, each -> GenesisState.entries(network.genesis).forEach(each));
        var resultIndex = new ResultIndex(results, MAX_TX_VALIDITY);
        EXPECTED.add(Map.of(Index.OWNERS, owners.copy(), Index.RESULTS, results.copy()));
        for (long index = 1; index <= ledger.newestCommit(); index++) {
            CommitOutput commit = ledger.commit(index);
            ownerIndex.apply(commit.changes());
            resultIndex.apply(index, commit.leader().round(), ResultIndex.records(commit));
            EXPECTED.add(Map.of(Index.OWNERS, owners.copy(), Index.RESULTS, results.copy()));
        }
        assertThat(owners.copy()).as("seed %d", SEED).hasSizeGreaterThan(100);
        assertThat(results.copy()).as("seed %d", SEED).hasSizeGreaterThan(50);
    }

    private static TransactionResult result(Hash txId, long commit, ResultCode code) {
        return TransactionResult.newBuilder()
                .setTxId(txId.fixed())
                .setVertexId(txId.fixed())
                .setCommitIndex(commit)
                .setPosition(0)
                .setCode(code.name())
                .setDetail("")
                .build();
    }

    private static void write(TransactionResult result) {
        broker.write(Topics.RESULTS, Hash.of(result.getTxId()).hex(), Cluster.encode(Topics.RESULTS, result));
    }

    /** One at least of the transactions of a commit, or of those before it. */
    private static Hash executedBy(long commit) {
        return ledger.commit(commit).results().stream()
                .filter(result -> result.code() == ResultCode.OK)
                .findFirst()
                .orElseThrow()
                .txId();
    }
}
