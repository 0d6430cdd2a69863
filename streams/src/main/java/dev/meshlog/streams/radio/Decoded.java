package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.FrameOutcome;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.RejectedFrame;
import org.jspecify.annotations.Nullable;

/**
 * What a frame turned out to be.
 *
 * @param observation what it says of a node; what becomes of the frame is then decided where the node's tables are
 * @param rejected why it can't be used
 * @param outcome what became of it, when that is already certain
 */
record Decoded(
        @Nullable NodeObservation observation,
        @Nullable RejectedFrame rejected,
        @Nullable FrameOutcome outcome) {}
