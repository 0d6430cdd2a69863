package dev.meshlog.replayer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.EntryDifference;
import dev.meshlog.ledger.state.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    private static final Network NETWORK = new Network(4);

    @TempDir
    private Path directory;

    @Test
    void directoryWithoutAStateIsRefusedAndStaysEmpty() {
        assertFails(RecoveryFailure.NO_STATE, directory, NETWORK);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void stateOfAnotherNetworkIsRefused() {
        genesisState(directory);

        assertFails(RecoveryFailure.OTHER_NETWORK, directory, new Network(5));
    }

    @Test
    void titleNamesTheCheckpointAndItsRoot() {
        genesisState(directory);

        try (RocksStateStore store = StateDirectory.open(directory, NETWORK.genesis)) {
            assertThat(StateDirectory.title(store, NETWORK.genesis, directory))
                    .isEqualTo("checkpoint 0 " + NETWORK.genesisCheckpoint().root());
        }
    }

    @Test
    void differencesAreThoseOfTheEntries() {
        genesisState(directory.resolve("a"));
        genesisState(directory.resolve("b"));
        byte[] added = {9, 1};
        byte[] removed = StateKey.validators();
        byte[] changed = StateKey.chain();
        try (RocksStateStore before = StateDirectory.open(directory.resolve("a"), NETWORK.genesis);
                RocksStateStore after = StateDirectory.open(directory.resolve("b"), NETWORK.genesis)) {
            assertThat(differences(before, after)).isEmpty();
            var state = new State(after, NETWORK.genesis.bucketBits());
            state.put(added, new byte[] {1});
            state.delete(removed);
            state.put(changed, new byte[] {2});
            state.flush();
            after.commit();

            assertThat(differences(before, after))
                    .hasSize(3)
                    .anySatisfy(each -> {
                        assertThat(each.isAdded()).isTrue();
                        assertThat(each.key()).isEqualTo(added);
                    })
                    .anySatisfy(each -> {
                        assertThat(each.isRemoved()).isTrue();
                        assertThat(each.key()).isEqualTo(removed);
                    })
                    .anySatisfy(each -> {
                        assertThat(each.after()).isEqualTo(new byte[] {2});
                        assertThat(each.key()).isEqualTo(changed);
                    });
        }
    }

    private static List<EntryDifference> differences(RocksStateStore before, RocksStateStore after) {
        List<EntryDifference> all = new ArrayList<>();
        List<Integer> buckets = new ArrayList<>();
        StateDiff.ofStores(before, after, NETWORK.genesis, new StateDiff.Visitor() {
            @Override
            public void buckets(IntStream differing) {
                differing.forEach(buckets::add);
            }

            @Override
            public void entry(EntryDifference difference) {
                assertThat(buckets).contains(difference.bucket());
                all.add(difference);
            }
        });
        return all;
    }

    private static void genesisState(Path directory) {
        try (RocksStateStore store = RocksStateStore.open(directory, NETWORK.genesis.bucketBits())) {
            var ledger = new ReplayedLedger(
                    NETWORK.genesis, store, new State(store, NETWORK.genesis.bucketBits()), Ed25519.fastest());
            assertThat(ledger.head().commitIndex()).isZero();
        }
    }

    private static void assertFails(RecoveryFailure reason, Path directory, Network network) {
        assertThatThrownBy(() -> StateDirectory.open(directory, network.genesis).close())
                .isInstanceOf(RecoveryException.class)
                .extracting(e -> ((RecoveryException) e).reason())
                .isEqualTo(reason);
    }
}
