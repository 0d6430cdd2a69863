package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.query.LedgerView;
import java.util.function.Function;
import org.apache.kafka.streams.state.HostInfo;

/** Who answers questions about the present. Any thread. */
interface Present {
    /**
     * The instance that has the state.
     *
     * @throws Refusal while none has
     */
    HostInfo place();

    /**
     * Asks the state of this process.
     *
     * @throws Refusal while it is not there
     */
    <T> T ask(Function<LedgerView, T> question);

    /** Whether only a restart would help. */
    boolean isDead();

    /** For whoever asks how it is. */
    ObjectNode health();
}
