package dev.meshlog.ingest;

import dev.meshlog.schemas.radio.SourcePosition;
import dev.meshlog.schemas.wire.FrameParser;
import dev.meshlog.schemas.wire.FramePiece;
import java.util.List;

/** A recording of what a radio said, as {@code 94 C3} frames. */
final class FrameDecoder implements FileLink.Decoder {
    private final FrameParser parser;
    private final FileLink.Positions positions;

    FrameDecoder(long position, FileLink.Positions positions) {
        this.parser = FrameParser.fromRadio(position);
        this.positions = positions;
    }

    @Override
    public List<Received> feed(byte[] chunk, int length) {
        return parser.feed(chunk, 0, length).stream().map(this::received).toList();
    }

    @Override
    public List<Received> end() {
        return parser.end().stream().map(this::received).toList();
    }

    private Received received(FramePiece piece) {
        SourcePosition source = positions.at(piece.end());
        if (piece instanceof FramePiece.Frame frame) {
            return Received.Message.ofRadio(frame.payload(), source, false);
        }
        return Received.Refused.of((FramePiece.Skipped) piece, source);
    }
}
