package dev.meshlog.schemas.wire;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.FromRadio;
import org.jspecify.annotations.Nullable;

/** A part of a framed stream. The pieces of a stream, one behind the other, are the stream: no byte is missing and none is twice. */
public sealed interface FramePiece {
    /** Position in the stream behind this piece. */
    long end();

    /**
     * A payload without its header.
     *
     * @param message the same, parsed; null for the direction to the radio
     */
    record Frame(ByteString payload, @Nullable FromRadio message, long end) implements FramePiece {}

    /**
     * Bytes between frames.
     *
     * @param reason what is wrong with the first of them
     * @param beginsInside whether the piece may begin in the middle of something: nothing of the stream is known before it
     */
    record Skipped(ByteString bytes, long end, RejectReason reason, boolean beginsInside) implements FramePiece {}
}
