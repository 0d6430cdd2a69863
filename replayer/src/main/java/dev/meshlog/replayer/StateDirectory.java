package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.State;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory with a recovered state, for reading. */
public final class StateDirectory {
    private StateDirectory() {}

    /**
     * Opens what is there; makes nothing.
     *
     * @throws RecoveryException NO_STATE or OTHER_NETWORK
     */
    public static RocksStateStore open(Path directory, GenesisConfig genesis) {
        if (!Files.exists(directory.resolve("CURRENT"))) {
            throw new RecoveryException(RecoveryFailure.NO_STATE, "It is " + directory + ".");
        }
        RocksStateStore store = RocksStateStore.open(directory, genesis.bucketBits());
        try {
            ChainHead head = head(store, directory);
            if (!head.networkId().equals(genesis.networkId())) {
                throw new RecoveryException(
                        RecoveryFailure.OTHER_NETWORK,
                        "%s is of network %s, the genesis is of %s."
                                .formatted(directory, head.networkId(), genesis.networkId()));
            }
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** What the state is, in one line without its end: the checkpoint and its root, or the commit when it stands behind a checkpoint. */
    public static String title(RocksStateStore store, GenesisConfig genesis, Path directory) {
        ChainHead head = head(store, directory);
        long interval = genesis.checkpointInterval();
        return head.commitIndex() % interval == 0
                ? "checkpoint %d %s"
                        .formatted(
                                head.commitIndex() / interval,
                                new State(store, genesis.bucketBits()).root(head.commitIndex() / interval))
                : "commit %d %s".formatted(head.commitIndex(), head.commitHash());
    }

    private static ChainHead head(RocksStateStore store, Path directory) {
        byte[] entry = store.get(StateKey.chain());
        if (entry == null) {
            throw new RecoveryException(RecoveryFailure.NO_STATE, "It is " + directory + ".");
        }
        return ChainHead.decode(entry);
    }
}
