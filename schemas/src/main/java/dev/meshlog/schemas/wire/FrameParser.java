package dev.meshlog.schemas.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.FromRadio;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes a radio's byte stream apart.
 *
 * <pre>
 *   94 C3 | length, 2 bytes, big-endian, at most 512 | payload
 * </pre>
 *
 * <p>The two start bytes also occur inside payloads and in noise, so a header alone proves nothing: a frame is a header whose payload
 * is a message. Where that fails, exactly one byte is given up and the search goes on behind it. A good frame is therefore found
 * behind any noise, unless the noise ends in a header whose payload is a message by accident and is followed by another frame. What comes out does not depend on how the stream was cut into chunks.
 *
 * <p>One thread at a time.
 */
public final class FrameParser {
    /** Longest payload of a frame. */
    public static final int MAX_PAYLOAD = 512;

    /** Skipped bytes are handed over at the latest when there are so many of them. */
    static final int MAX_SKIPPED = 64 << 10;

    private static final int HEADER = 4;
    private static final byte START = (byte) 0x94;
    private static final byte START_TOO = (byte) 0xC3;
    /** Fields of a message that are not known here have numbers of the same order as the known ones. */
    private static final int HIGHEST_FIELD = 64;

    private final Reader reader;
    private byte[] buffer = new byte[4096];
    private int limit;
    /** Bytes in front of this are handed over. They give way once a chunk, not once a frame: a chunk holds hundreds of frames. */
    private int start;
    /** Bytes in front of this are skipped, those behind it are not yet judged. */
    private int next;

    private @Nullable RejectReason skipping;
    private boolean lost;
    /** The last one that was found, handed over or not. */
    private FramePiece.@Nullable Frame found;
    /** Position of the buffer's first byte in the stream. */
    private long base;

    /**
     * @param isMessage tells a payload from bytes that merely follow a header
     * @param position of the stream's first byte
     */
    public FrameParser(Predicate<ByteString> isMessage, long position) {
        this((payload, end) -> isMessage.test(payload) ? new FramePiece.Frame(payload, null, end) : null, position);
    }

    private FrameParser(Reader reader, long position) {
        this.reader = reader;
        this.base = position;
        this.lost = true;
    }

    /** Makes a frame of bytes that follow a header, if they are a message. */
    @FunctionalInterface
    private interface Reader {
        FramePiece.@Nullable Frame read(ByteString payload, long end);
    }

    /** For the direction from the radio. */
    public static FrameParser fromRadio(long position) {
        return new FrameParser(FrameParser::readFromRadio, position);
    }

    private static FramePiece.@Nullable Frame readFromRadio(ByteString payload, long end) {
        try {
            CodedInputStream in = payload.newCodedInput();
            // What the message carries need not be copied: the payload never changes.
            in.enableAliasing(true);
            FromRadio message = FromRadio.parseFrom(in);
            in.checkLastTagWas(0);
            UnknownFieldSet unknown = message.getUnknownFields();
            boolean plausible =
                    unknown.isEmpty() || unknown.asMap().keySet().stream().allMatch(FrameParser::maybeNewer);
            return plausible ? new FramePiece.Frame(payload, message, end) : null;
        } catch (InvalidProtocolBufferException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /** A field that is known here and yet unknown in the message has another wire type there: that is noise. */
    private static boolean maybeNewer(int field) {
        return field <= HIGHEST_FIELD && FromRadio.getDescriptor().findFieldByNumber(field) == null;
    }

    public List<FramePiece> feed(byte[] chunk, int offset, int length) {
        giveWay();
        if (limit + length > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, limit + length));
        }
        System.arraycopy(chunk, offset, buffer, limit, length);
        limit += length;
        return parse(false);
    }

    /**
     * Nothing more comes, or not for a long time: what was waiting for the rest of a frame is judged as it is. Afterwards the parser
     * can be fed again.
     */
    public List<FramePiece> end() {
        List<FramePiece> pieces = parse(true);
        skipped(pieces);
        return pieces;
    }

    private List<FramePiece> parse(boolean ended) {
        var pieces = new ArrayList<FramePiece>();
        while (next < limit) {
            Verdict verdict = judge(next, ended);
            if (verdict == Verdict.WAIT) {
                break;
            }
            if (verdict == Verdict.FRAME) {
                skipped(pieces);
                pieces.add(Objects.requireNonNull(found));
                handedOver(next + HEADER + length(next));
                lost = false;
            } else {
                if (skipping == null) {
                    skipping = verdict.reason;
                }
                next++;
                if (next - start == MAX_SKIPPED) {
                    skipped(pieces);
                    lost = true;
                }
            }
        }
        return pieces;
    }

    private Verdict judge(int at, boolean ended) {
        Verdict verdict = header(at, ended);
        if (verdict != Verdict.FRAME) {
            return verdict;
        }
        FramePiece.Frame frame = found;
        verdict = between(at + HEADER, at + HEADER + length(at), ended);
        found = frame;
        return verdict;
    }

    /** Whether there is a header with a message behind it. */
    private Verdict header(int at, boolean ended) {
        int available = limit - at;
        if (available == 0) {
            return Verdict.WAIT;
        }
        if (buffer[at] != START) {
            return Verdict.NOISE;
        }
        if (available == 1) {
            return ended ? Verdict.TRUNCATED : Verdict.WAIT;
        }
        if (buffer[at + 1] != START_TOO) {
            return Verdict.NOISE;
        }
        if (available < HEADER) {
            return ended ? Verdict.TRUNCATED : Verdict.WAIT;
        }
        int length = length(at);
        if (length > MAX_PAYLOAD) {
            return Verdict.TOO_LONG;
        }
        if (length == 0) {
            return Verdict.EMPTY;
        }
        if (available < HEADER + length) {
            return ended ? Verdict.TRUNCATED : Verdict.WAIT;
        }
        int start = at + HEADER;
        found = reader.read(ByteString.copyFrom(buffer, start, length), base + start + length);
        return found == null ? Verdict.UNDECODABLE : Verdict.FRAME;
    }

    /**
     * Judges a payload that is a message. It may be one by accident, behind start bytes in noise, and then swallow a frame: so when
     * there are start bytes in it, it is only a payload if another frame follows it directly, or if there is no frame in it.
     */
    private Verdict between(int start, int end, boolean ended) {
        for (int at = start; at < end; at++) {
            if (buffer[at] == START && (at + 1 == end || buffer[at + 1] == START_TOO)) {
                Verdict following = end < limit || !ended ? header(end, ended) : Verdict.FRAME;
                if (following == Verdict.WAIT || following == Verdict.FRAME) {
                    return following;
                }
                Verdict inner = header(at, ended);
                if (inner == Verdict.WAIT) {
                    return Verdict.WAIT;
                }
                if (inner == Verdict.FRAME) {
                    return Verdict.UNDECODABLE;
                }
            }
        }
        return Verdict.FRAME;
    }

    private int length(int at) {
        return ((buffer[at + 2] & 0xff) << 8) | (buffer[at + 3] & 0xff);
    }

    /** Everything in front of {@code next} becomes a piece. */
    private void skipped(List<FramePiece> pieces) {
        if (skipping != null) {
            boolean beginsInside = lost && skipping == RejectReason.NOISE;
            pieces.add(new FramePiece.Skipped(
                    ByteString.copyFrom(buffer, start, next - start), base + next, skipping, beginsInside));
            skipping = null;
            handedOver(next);
        }
    }

    private void handedOver(int end) {
        start = end;
        next = end;
    }

    private void giveWay() {
        System.arraycopy(buffer, start, buffer, 0, limit - start);
        base += start;
        limit -= start;
        next -= start;
        start = 0;
    }

    private enum Verdict {
        FRAME(null),
        WAIT(null),
        NOISE(RejectReason.NOISE),
        EMPTY(RejectReason.FRAME_EMPTY),
        TOO_LONG(RejectReason.FRAME_TOO_LONG),
        TRUNCATED(RejectReason.FRAME_TRUNCATED),
        UNDECODABLE(RejectReason.FRAME_UNDECODABLE);

        private final @Nullable RejectReason reason;

        Verdict(@Nullable RejectReason reason) {
            this.reason = reason;
        }
    }
}
