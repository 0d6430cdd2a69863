package dev.meshlog.infra.node;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.ValidatorHistory;
import dev.meshlog.ledger.execution.LedgerObject.Coins;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.vertex.ObjectRef;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the committed state says of one key.
 *
 * @param round of the newest committed leader
 * @param epoch of that round
 * @param validatorFrom the first epoch from now on that it counts in, and goes on counting; empty: it is no validator, or ceases to be one
 * @param coin its largest one that can be a weight
 */
record Standing(long round, long epoch, OptionalLong validatorFrom, Optional<Coin> coin) {
    /** A change of validators holds from the epoch after the next one on. */
    private static final long EPOCHS_TO_CHANGE = 2;

    private static final int PAGE = 1_000;

    record Coin(ObjectRef ref, long amount) {}

    /** Empty before the ledger was opened for the first time. */
    static Optional<Standing> of(LedgerView view, Hash key) {
        Optional<ChainHead> head = view.head();
        Optional<ValidatorHistory> sets = view.entry(StateKey.validators()).map(ValidatorHistory::decode);
        if (head.isEmpty() || sets.isEmpty()) {
            return Optional.empty();
        }
        long epoch = head.get().epoch();
        return Optional.of(new Standing(
                head.get().leaderRound(), epoch, validatorFrom(sets.get(), epoch, key), largestCoin(view, key)));
    }

    private static OptionalLong validatorFrom(ValidatorHistory sets, long epoch, Hash key) {
        OptionalLong from = OptionalLong.empty();
        for (long each = epoch + EPOCHS_TO_CHANGE;
                each >= epoch && sets.ofEpoch(each).contains(key);
                each--) {
            from = OptionalLong.of(each);
        }
        return from;
    }

    private static Optional<Coin> largestCoin(LedgerView view, Hash owner) {
        Optional<Coin> largest = Optional.empty();
        Optional<Hash> after = Optional.empty();
        do {
            LedgerView.Page page = view.objects(owner, after, LedgerView.Kind.COIN, PAGE);
            largest = Stream.concat(largest.stream(), page.objects().stream().map(Standing::coin))
                    .filter(coin -> coin.amount() <= Validator.MAX_WEIGHT)
                    .max(Comparator.comparingLong(Coin::amount));
            after = page.next();
        } while (after.isPresent());
        return largest;
    }

    private static Coin coin(LedgerView.Owned owned) {
        return new Coin(
                new ObjectRef(owned.id(), owned.object().version()),
                ((Coins) owned.object().value()).amount());
    }
}
