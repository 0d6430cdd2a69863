package dev.meshlog.ledger.execution;

import static dev.meshlog.ledger.execution.ResultCode.BAD_DECLARATION;
import static dev.meshlog.ledger.execution.ResultCode.UNKNOWN_FUNCTION;

import dev.meshlog.ledger.vertex.Call;
import java.util.Map;
import java.util.Optional;

/** The functions that are built in: objects, coins, validators. */
public final class SystemPod implements Pod {
    public static final String NAME = "system";

    private final Map<String, Function> functions = Map.ofEntries(
            Map.entry("create_object", new Function(0, 0, 1, 1, ObjectFunctions::create)),
            Map.entry("set_object", new Function(1, 1, 0, 0, ObjectFunctions::set)),
            Map.entry("transfer_object", new Function(1, 1, 0, 0, ObjectFunctions::transfer)),
            Map.entry("delete_object", new Function(1, 1, 0, 0, ObjectFunctions::delete)),
            Map.entry("split", new Function(1, 1, 1, 256, CoinFunctions::split)),
            Map.entry("merge", new Function(2, 256, 0, 0, CoinFunctions::merge)),
            Map.entry("transfer", new Function(1, 1, 1, 1, CoinFunctions::transfer)),
            Map.entry("register_validator", new Function(1, 1, 0, 0, ValidatorFunctions::register)),
            Map.entry("deregister_validator", new Function(0, 0, 0, 1, ValidatorFunctions::deregister)));

    private record Function(int minWrites, int maxWrites, int minCreates, int maxCreates, Body body) {}

    @FunctionalInterface
    private interface Body {
        PodOutcome execute(PodCall call);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<PodOutcome.Failure> verify(Call call) {
        Function function = functions.get(call.function());
        if (function == null) {
            return Optional.of(new PodOutcome.Failure(UNKNOWN_FUNCTION, call.function()));
        }
        int writes = call.writes().size();
        int creates = call.createsCount();
        if (writes < function.minWrites()
                || writes > function.maxWrites()
                || creates < function.minCreates()
                || creates > function.maxCreates()) {
            return Optional.of(new PodOutcome.Failure(
                    BAD_DECLARATION, call.function() + " with " + writes + " written, " + creates + " created"));
        }
        return Optional.empty();
    }

    @Override
    public PodOutcome execute(PodCall call) {
        Function function = functions.get(call.function());
        if (function == null) {
            return new PodOutcome.Failure(UNKNOWN_FUNCTION, call.function());
        }
        return function.body().execute(call);
    }
}
