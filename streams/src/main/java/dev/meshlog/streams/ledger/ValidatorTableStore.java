package dev.meshlog.streams.ledger;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.chain.OpenEpochs;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.schemas.Topics;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The validators as the ledger published them last; those of the genesis before it has. It may be behind the ledger: registrations take effect two
 * epochs after they are committed, so there is time. One thread.
 */
final class ValidatorTableStore implements KnownValidators {
    private final ReadOnlyKeyValueStore<String, byte[]> store;
    private byte @Nullable [] decoded;
    private OpenEpochs known;

    ValidatorTableStore(ReadOnlyKeyValueStore<String, byte[]> store, GenesisConfig genesis) {
        this.store = store;
        this.known = OpenEpochs.genesis(genesis);
    }

    @Override
    public Optional<Validators> ofEpoch(long epoch) {
        return known.ofEpoch(epoch);
    }

    @Override
    public boolean isKnown(Hash publicKey) {
        return known.isKnown(publicKey);
    }

    /** To be called before each vertex: a vertex is checked against one table. */
    void refresh() {
        byte[] newest = store.get(Topics.VALIDATORS_KEY);
        if (newest != null && !Arrays.equals(newest, decoded)) {
            known = OpenEpochs.of(
                    Topics.VALIDATORS.values().deserializer().deserialize(Topics.VALIDATORS.name(), newest));
            decoded = newest;
        }
    }
}
