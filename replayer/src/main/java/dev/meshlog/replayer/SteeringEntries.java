package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.RootedTable;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.InMemoryPendingVertices;
import dev.meshlog.ledger.chain.Ledger;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.chain.WrongNetworkException;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The few entries of a verified state that say where its chain stands and who its validators are. Filled by any thread, then asked by one. */
final class SteeringEntries implements RootedTable {
    private final Manifest manifest;
    private final Map<byte[], byte[]> entries = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

    SteeringEntries(Manifest manifest) {
        this.manifest = manifest;
    }

    /** Keeps the entry if it is one of them. */
    void look(byte[] key, byte[] value) {
        if (key[0] != StateKey.OBJECTS && key[0] != StateKey.TRANSACTIONS) {
            entries.put(key, value);
        }
    }

    /**
     * Who may produce, as the state says.
     *
     * @throws RecoveryException SNAPSHOT_FALSE when the state does not stand where the manifest says
     */
    OpenEpochs validators(GenesisConfig genesis) {
        byte[] chain = entries.get(StateKey.chain());
        if (chain == null) {
            throw falseSnapshot("its state has no chain entry");
        }
        try {
            ChainHead head = ChainHead.decode(chain);
            if (!head.isWhere(manifest)) {
                throw falseSnapshot("its state stands at commit %d (%s), its manifest says commit %d (%s)"
                        .formatted(
                                head.commitIndex(), head.commitHash(), manifest.commitIndex(), manifest.commitHash()));
            }
            return new Ledger(genesis, this, new InMemoryPendingVertices(), Ed25519.fastest(), List.of())
                    .knownValidators();
        } catch (MalformedRecordException | WrongNetworkException | IllegalStateException e) {
            throw falseSnapshot("its state can't be opened: " + e.getMessage());
        }
    }

    private RecoveryException falseSnapshot(String why) {
        return new RecoveryException(
                RecoveryFailure.SNAPSHOT_FALSE,
                "The snapshot of checkpoint %d: %s.".formatted(manifest.checkpointIndex(), why));
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return entries.get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        throw new UnsupportedOperationException("a state that is only looked at");
    }

    @Override
    public void delete(byte[] key) {
        throw new UnsupportedOperationException("a state that is only looked at");
    }

    @Override
    public long entries() {
        return manifest.entries();
    }

    @Override
    public Hash root(long checkpointIndex) {
        return manifest.stateRoot();
    }
}
