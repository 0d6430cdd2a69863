package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.wire.FrameParser;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames of the device's stream, to and from one client.
 *
 * <pre>
 *   94 C3 | length, 2 bytes, big-endian, at most 512 | payload
 * </pre>
 *
 * <p>Towards a client, start bytes inside a payload need care: the parser of {@code @meshtastic/core} 2.6.7 takes a payload for damaged when the
 * first 94 in it is followed by C3, goes on in its middle and waits for up to 64 KiB that it takes for a frame. One key in two thousand has
 * these bytes. So such a payload gets in front the number that every {@code FromRadio} may have (field 1), with the value 148: its bytes are
 * 08 94 01, the first 94 is followed by 01, and nobody looks at the number.
 */
final class DeviceFrames {
    private static final byte START = (byte) 0x94;
    private static final byte START_TOO = (byte) 0xC3;
    private static final ByteString NUMBERED = ByteString.copyFrom(new byte[] {0x08, START, 0x01});

    private enum Place {
        START,
        START_TOO,
        LENGTH,
        LENGTH_TOO,
        PAYLOAD
    }

    private final byte[] payload = new byte[FrameParser.MAX_PAYLOAD];
    private Place place = Place.START;
    private int length;
    private int filled;
    private long noise;

    static byte[] frame(ByteString message) {
        ByteString content = looksDamaged(message) ? NUMBERED.concat(message) : message;
        if (content.size() > FrameParser.MAX_PAYLOAD) {
            content = message;
        }
        ByteBuffer frame = ByteBuffer.allocate(4 + content.size())
                .put(START)
                .put(START_TOO)
                .putShort((short) content.size());
        content.copyTo(frame);
        return frame.array();
    }

    private static boolean looksDamaged(ByteString message) {
        for (int i = 0; i + 1 < message.size(); i++) {
            if (message.byteAt(i) == START) {
                return message.byteAt(i + 1) == START_TOO;
            }
        }
        return false;
    }

    /** The payloads that end in these bytes. What stands between frames is counted and skipped: clients wake a radio with it. */
    List<ByteString> feed(byte[] bytes) {
        var payloads = new ArrayList<ByteString>();
        for (byte each : bytes) {
            switch (place) {
                case START -> expectStart(each);
                case START_TOO -> {
                    if (each == START_TOO) {
                        place = Place.LENGTH;
                    } else {
                        expectStart(each);
                    }
                }
                case LENGTH -> {
                    length = (each & 0xff) << 8;
                    place = Place.LENGTH_TOO;
                }
                case LENGTH_TOO -> {
                    length |= each & 0xff;
                    filled = 0;
                    noise += length > FrameParser.MAX_PAYLOAD ? 4 : 0;
                    place = length == 0 || length > FrameParser.MAX_PAYLOAD ? Place.START : Place.PAYLOAD;
                }
                case PAYLOAD -> {
                    payload[filled++] = each;
                    if (filled == length) {
                        payloads.add(ByteString.copyFrom(payload, 0, length));
                        place = Place.START;
                        noise = 0;
                    }
                }
            }
        }
        return payloads;
    }

    /** Bytes outside of frames since the last one. */
    long noise() {
        return noise;
    }

    private void expectStart(byte each) {
        place = each == START ? Place.START_TOO : Place.START;
        noise += each == START ? 0 : 1;
    }
}
