package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a recorded radio said. */
final class Recorded {
    private Recorded() {}

    static List<FromRadio> messages(String file) {
        try (InputStream in = Recorded.class.getResourceAsStream("/recordings/" + file)) {
            byte[] bytes = Objects.requireNonNull(in, file).readAllBytes();
            FrameParser parser = FrameParser.fromRadio(0);
            List<FramePiece> pieces = new ArrayList<>(parser.feed(bytes, 0, bytes.length));
            pieces.addAll(parser.end());
            return pieces.stream()
                    .filter(FramePiece.Frame.class::isInstance)
                    .map(piece -> parsed(((FramePiece.Frame) piece).payload()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** Up to the end of the first config. */
    static List<FromRadio> config(String file) {
        List<FromRadio> all = messages(file);
        int end = 0;
        while (!all.get(end).hasConfigCompleteId()) {
            end++;
        }
        return all.subList(0, end + 1);
    }

    static FromRadio parsed(ByteString payload) {
        try {
            return FromRadio.parseFrom(payload);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
