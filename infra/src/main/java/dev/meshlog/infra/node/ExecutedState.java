package dev.meshlog.infra.node;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.schemas.ledger.TransactionResult;
import dev.meshlog.streams.StreamsApp;
import dev.meshlog.streams.ledger.LedgerStreams;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.errors.InvalidStateStoreException;

/**
 * What the streams application of this process executed.
 *
 * @param ledger empty before it starts
 * @param key of whom is asked
 */
record ExecutedState(Supplier<Optional<StreamsApp>> ledger, Hash key) implements Registration.State {
    @Override
    public Optional<Standing> standing() {
        return ask(view -> Standing.of(view, key));
    }

    @Override
    public Optional<TransactionResult> result(Hash txId) {
        return ask(view -> view.result(txId));
    }

    private <T> Optional<T> ask(Function<LedgerView, Optional<T>> question) {
        try {
            return ledger.get().flatMap(app -> question.apply(LedgerStreams.view(app.streams())));
        } catch (InvalidStateStoreException e) {
            return Optional.empty();
        }
    }
}
