package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.execution.LedgerObject;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The state before the first commit: checkpoint 0. */
public final class GenesisState {
    private GenesisState() {}

    /** Sorted by key. */
    public static NavigableMap<byte[], byte[]> entries(GenesisConfig genesis) {
        NavigableMap<byte[], byte[]> entries = new TreeMap<>(ChangeSet.KEY_ORDER);
        for (GenesisConfig.InitialObject object : genesis.objects()) {
            entries.put(
                    StateKey.object(object.id()),
                    new LedgerObject(1, object.owner(), new LedgerObject.Content(object.content())).encode());
        }
        for (GenesisConfig.InitialCoin coin : genesis.coins()) {
            entries.put(
                    StateKey.object(coin.id()),
                    new LedgerObject(1, coin.owner(), new LedgerObject.Coins(coin.amount())).encode());
        }
        entries.put(
                StateKey.validators(),
                ValidatorHistory.genesis(new Validators(genesis.validators())).encode());
        entries.put(StateKey.chain(), ChainHead.genesis(genesis.networkId()).encode());
        return entries;
    }
}
