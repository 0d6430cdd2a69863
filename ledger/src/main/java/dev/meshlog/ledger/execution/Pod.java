package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.vertex.Call;
import java.util.Optional;

/**
 * Code that transactions call. Its results are a function of its inputs alone: no clock, no randomness, no other state. Any thread may call
 * it.
 */
public interface Pod {
    String name();

    /** What can be said without the state; empty when the call may be executed. */
    Optional<PodOutcome.Failure> verify(Call call);

    PodOutcome execute(PodCall call);
}
