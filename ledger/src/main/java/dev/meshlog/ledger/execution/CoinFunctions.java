package dev.meshlog.ledger.execution;

import static dev.meshlog.ledger.execution.ResultCode.BAD_ARGUMENTS;
import static dev.meshlog.ledger.execution.ResultCode.INSUFFICIENT_AMOUNT;
import static dev.meshlog.ledger.execution.ResultCode.WRONG_KIND;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.execution.LedgerObject.Coins;
import dev.meshlog.ledger.execution.PodOutcome.Failure;
import dev.meshlog.ledger.execution.PodOutcome.NewValue;
import dev.meshlog.ledger.execution.PodOutcome.Success;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Coins: no function changes their sum, and none leaves a coin without an amount. */
final class CoinFunctions {
    private CoinFunctions() {}

    /** args: an amount (u64) for each new coin. The rest, at least 1, stays in the coin that is split. */
    static PodOutcome split(PodCall call) {
        if (!(call.writes().get(0).value() instanceof Coins coin)) {
            return notACoin(call);
        }
        if (call.args().length != 8 * call.createsCount()) {
            return new Failure(BAD_ARGUMENTS, "an amount of 8 bytes for each new coin is wanted");
        }
        ByteBuffer amounts = ByteBuffer.wrap(call.args());
        List<NewValue> created = new ArrayList<>();
        long rest = coin.amount();
        while (amounts.hasRemaining()) {
            long amount = amounts.getLong();
            if (amount < 1) {
                return new Failure(BAD_ARGUMENTS, "an amount is at least 1 and below 2^63");
            }
            if (amount >= rest) {
                return new Failure(INSUFFICIENT_AMOUNT, "of " + coin.amount() + " at least 1 stays");
            }
            rest -= amount;
            created.add(new NewValue(call.sender(), new Coins(amount)));
        }
        return new Success(
                List.of(Optional.of(new NewValue(call.sender(), new Coins(rest)))), created, Optional.empty());
    }

    /** No args. The first coin takes the amounts of all others, which go. */
    static PodOutcome merge(PodCall call) {
        if (call.args().length != 0) {
            return new Failure(BAD_ARGUMENTS, "merge takes none");
        }
        long sum = 0;
        for (LedgerObject object : call.writes()) {
            if (!(object.value() instanceof Coins coin)) {
                return notACoin(call);
            }
            sum += coin.amount();
        }
        List<Optional<NewValue>> written = new ArrayList<>();
        written.add(Optional.of(new NewValue(call.sender(), new Coins(sum))));
        while (written.size() < call.writes().size()) {
            written.add(Optional.empty());
        }
        return new Success(written, List.of(), Optional.empty());
    }

    /** args: the receiver's key, the amount (u64). The receiver gets a new coin; a coin that is spent to the last goes. */
    static PodOutcome transfer(PodCall call) {
        if (!(call.writes().get(0).value() instanceof Coins coin)) {
            return notACoin(call);
        }
        if (call.args().length != Hash.LENGTH + 8) {
            return new Failure(BAD_ARGUMENTS, "the receiver's key and 8 bytes of amount are wanted");
        }
        byte[] receiver = new byte[Hash.LENGTH];
        ByteBuffer args = ByteBuffer.wrap(call.args()).get(receiver);
        long amount = args.getLong();
        if (amount < 1) {
            return new Failure(BAD_ARGUMENTS, "an amount is at least 1 and below 2^63");
        }
        if (amount > coin.amount()) {
            return new Failure(INSUFFICIENT_AMOUNT, amount + " of " + coin.amount());
        }
        long rest = coin.amount() - amount;
        Optional<NewValue> left =
                rest == 0 ? Optional.empty() : Optional.of(new NewValue(call.sender(), new Coins(rest)));
        return new Success(
                List.of(left), List.of(new NewValue(Hash.of(receiver), new Coins(amount))), Optional.empty());
    }

    static Failure notACoin(PodCall call) {
        return new Failure(WRONG_KIND, call.function() + " of an object that is no coin");
    }
}
