package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What the transactions of one commit share: the state as they change it, the leader's round, the validators of the epoch after next. */
public final class CommitContext {
    private final ChangeSet state;
    private final long leaderRound;
    private final List<Hash> executed = new ArrayList<>();
    private final Predicate<Validators> fits;
    private Validators validators;

    /** @param fits whether the state can hold these validators beside the sets of the other epochs */
    public CommitContext(ChangeSet state, long leaderRound, Validators validators, Predicate<Validators> fits) {
        this.state = state;
        this.leaderRound = leaderRound;
        this.validators = validators;
        this.fits = fits;
    }

    public ChangeSet state() {
        return state;
    }

    public long leaderRound() {
        return leaderRound;
    }

    public Validators validators() {
        return validators;
    }

    boolean fits(Validators changed) {
        return fits.test(changed);
    }

    void replaceValidators(Validators changed) {
        validators = changed;
    }

    void executed(Hash txId) {
        executed.add(txId);
    }

    /** The transactions that this commit used up, in order. */
    public List<Hash> executed() {
        return executed;
    }
}
