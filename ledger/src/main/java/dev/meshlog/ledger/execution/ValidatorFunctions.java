package dev.meshlog.ledger.execution;

import static dev.meshlog.ledger.execution.ResultCode.ALREADY_VALIDATOR;
import static dev.meshlog.ledger.execution.ResultCode.BAD_ARGUMENTS;
import static dev.meshlog.ledger.execution.ResultCode.BAD_DECLARATION;
import static dev.meshlog.ledger.execution.ResultCode.LAST_VALIDATOR;
import static dev.meshlog.ledger.execution.ResultCode.NOT_A_VALIDATOR;
import static dev.meshlog.ledger.execution.ResultCode.TOO_MANY_VALIDATORS;

import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import dev.meshlog.ledger.execution.LedgerObject.Coins;
import dev.meshlog.ledger.execution.PodOutcome.Failure;
import dev.meshlog.ledger.execution.PodOutcome.NewValue;
import dev.meshlog.ledger.execution.PodOutcome.Success;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Coming and going of validators. Weight is not given away: a registration takes in a coin, whose amount is the weight, and the
 * deregistration gives the same amount back as a new coin.
 */
final class ValidatorFunctions {
    private ValidatorFunctions() {}

    /** args: the gossip address in UTF-8. Writes the coin that is taken in. */
    static PodOutcome register(PodCall call) {
        if (!(call.writes().get(0).value() instanceof Coins coin)) {
            return CoinFunctions.notACoin(call);
        }
        Optional<String> address = text(call.args());
        if (address.isEmpty() || address.get().length() > Validator.MAX_ADDRESS_LENGTH) {
            return new Failure(BAD_ARGUMENTS, "a gossip address of at most 255 characters is wanted");
        }
        if (coin.amount() > Validator.MAX_WEIGHT) {
            return new Failure(BAD_ARGUMENTS, "a weight is at most 2^48");
        }
        if (call.validators().contains(call.sender())) {
            return new Failure(ALREADY_VALIDATOR, call.sender().hex());
        }
        if (call.validators().size() >= Validators.MAX_SIZE) {
            return new Failure(TOO_MANY_VALIDATORS, Validators.MAX_SIZE + " is the limit");
        }
        List<Validator> members = new ArrayList<>(call.validators().members());
        members.add(new Validator(call.sender(), coin.amount(), address.get(), coin.amount()));
        return new Success(List.of(Optional.empty()), List.of(), Optional.of(new Validators(members)));
    }

    /** No args. Creates the coin that the registration took in; a validator of the genesis gave none and creates none. */
    static PodOutcome deregister(PodCall call) {
        if (call.args().length != 0) {
            return new Failure(BAD_ARGUMENTS, "deregister_validator takes none");
        }
        Optional<Validator> self = call.validators().find(call.sender());
        if (self.isEmpty()) {
            return new Failure(NOT_A_VALIDATOR, call.sender().hex());
        }
        if (call.validators().size() == 1) {
            return new Failure(LAST_VALIDATOR, call.sender().hex());
        }
        long stake = self.get().stake();
        if (call.createsCount() != (stake > 0 ? 1 : 0)) {
            return new Failure(BAD_DECLARATION, "a stake of " + stake + " is given back");
        }
        List<Validator> members = call.validators().members().stream()
                .filter(member -> !member.publicKey().equals(call.sender()))
                .toList();
        List<NewValue> created = stake > 0 ? List.of(new NewValue(call.sender(), new Coins(stake))) : List.of();
        return new Success(List.of(), created, Optional.of(new Validators(members)));
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
