package dev.meshlog.schemas.wire;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The recordings, as the tests read them. */
final class Recording {
    private Recording() {}

    static byte[] bytes(String name) {
        try (InputStream in = Recording.class.getResourceAsStream("/recordings/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    static List<FramePiece> pieces(byte[] stream, int chunk) {
        FrameParser parser = FrameParser.fromRadio(0);
        var pieces = new ArrayList<FramePiece>();
        for (int at = 0; at < stream.length; at += chunk) {
            pieces.addAll(parser.feed(stream, at, Math.min(chunk, stream.length - at)));
        }
        pieces.addAll(parser.end());
        return pieces;
    }

    static List<ByteString> payloads(byte[] stream) {
        return pieces(stream, stream.length).stream()
                .filter(FramePiece.Frame.class::isInstance)
                .map(piece -> ((FramePiece.Frame) piece).payload())
                .toList();
    }
}
