package dev.meshlog.schemas.wire;

/**
 * How long what comes from outside may be, in bytes. A radio's stream has its own limit, {@link FrameParser#MAX_PAYLOAD}; an envelope adds
 * less than 100 bytes to a packet. What is longer than these was not made by firmware, and none of it is lost without a dead letter.
 */
public final class MessageLimits {
    /** What a link keeps whole, as a frame. What is under way in a link is counted in messages, so this bounds its memory too. */
    public static final int FRAME = 16 << 10;

    /**
     * What the tables read. Several times what any message takes, and not more than {@link #DEAD_LETTER}, so a frame that is refused is whole
     * in its dead letter or, while that is kept, on {@code radio.frames}.
     */
    public static final int DECODED = 4 << 10;

    /** So much of the beginning of what was refused is kept. */
    public static final int DEAD_LETTER = 4 << 10;

    private MessageLimits() {}
}
