package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.vertex.KnownValidators;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.ValidatorSets;
import dev.meshlog.schemas.ledger.ValidatorTable;
import java.util.Optional;

/**
 * The epochs whose vertices can be accepted, with their validators, as of one moment of a ledger. Immutable.
 *
 * @param first of the GC floor
 * @param last the last epoch whose set is final
 */
public record OpenEpochs(ValidatorHistory history, long first, long last) implements KnownValidators {

    /** Before the first vertex. */
    public static OpenEpochs genesis(GenesisConfig genesis) {
        ValidatorHistory history = ValidatorHistory.genesis(new Validators(genesis.validators()));
        return new Epochs(genesis.networkId(), genesis.epochLength(), history).open(0, 0);
    }

    @Override
    public Optional<Validators> ofEpoch(long epoch) {
        return epoch < first || epoch > last ? Optional.empty() : Optional.of(history.ofEpoch(epoch));
    }

    @Override
    public boolean isKnown(Hash publicKey) {
        return history.contains(publicKey);
    }

    /** Whether later validators than those of the epoch are known already, and others. */
    public boolean isChangingAfter(long epoch) {
        return !history.ofEpoch(Long.MAX_VALUE).equals(history.ofEpoch(Math.max(epoch, first)));
    }

    public ValidatorTable toRecord() {
        return new ValidatorTable(first, last, history.toRecord().getSets());
    }

    /** @throws MalformedRecordException when no ledger can be at such a moment */
    public static OpenEpochs of(ValidatorTable table) {
        ValidatorHistory history = ValidatorHistory.of(new ValidatorSets(table.getSets()));
        if (table.getFirstEpoch() < history.firstEpoch() || table.getLastEpoch() < table.getFirstEpoch()) {
            throw new MalformedRecordException("validators from epoch %d on for epochs %d to %d"
                    .formatted(history.firstEpoch(), table.getFirstEpoch(), table.getLastEpoch()));
        }
        return new OpenEpochs(history, table.getFirstEpoch(), table.getLastEpoch());
    }
}
