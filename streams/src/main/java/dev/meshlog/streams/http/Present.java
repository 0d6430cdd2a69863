package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.streams.ledger.StateView;
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
     * The state of this process; good for one question.
     *
     * @throws Refusal while it is not there
     */
    StateView view();

    /** Whether only a restart would help. */
    boolean isDead();

    /** For whoever asks how it is. */
    ObjectNode health();
}
