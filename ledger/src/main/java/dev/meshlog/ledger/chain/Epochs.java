package dev.meshlog.ledger.chain;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.dag.Schedule;

/**
 * Rounds, epochs and who counts in them. A registration or removal committed by a leader of epoch e changes the set of epoch e + 2, so that
 * the set of an epoch is final once all slots of the epoch before the last are decided.
 */
final class Epochs implements Schedule {
    private final Hash networkId;
    private final long epochLength;
    private ValidatorHistory history;

    Epochs(Hash networkId, long epochLength, ValidatorHistory history) {
        this.networkId = networkId;
        this.epochLength = epochLength;
        this.history = history;
    }

    long epoch(long round) {
        return round / epochLength;
    }

    ValidatorHistory history() {
        return history;
    }

    long lastRoundOf(long epoch) {
        return (epoch + 1) * epochLength - 1;
    }

    void replace(ValidatorHistory changed) {
        history = changed;
    }

    @Override
    public Validators validators(long round) {
        return history.ofEpoch(epoch(round));
    }

    @Override
    public Hash leader(long round) {
        return validators(round).leader(networkId, epoch(round), round);
    }

    /** The last round whose validators are final. */
    long lastOpenRound(long decidedRound) {
        long decidedEpochs = (decidedRound + 1) / epochLength;
        return (decidedEpochs + 2) * epochLength - 1;
    }

    /** As of now. */
    OpenEpochs open(long decidedRound, long floor) {
        return new OpenEpochs(history, epoch(floor), epoch(lastOpenRound(decidedRound)));
    }
}
