package dev.meshlog.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.meshlog.schemas.radio.FrameKind;
import dev.meshlog.schemas.radio.SourcePosition;
import dev.meshlog.schemas.wire.RejectReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A recording of an MQTT broker: one {@code {"topic": text, "payload": base64}} a line. */
final class MqttLineDecoder implements FileLink.Decoder {
    private static final int MAX_LINE = 64 << 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileLink.Positions positions;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long position;
    private boolean tooLong;

    MqttLineDecoder(long position, FileLink.Positions positions) {
        this.position = position;
        this.positions = positions;
    }

    @Override
    public List<Received> feed(byte[] chunk, int length) {
        var received = new ArrayList<Received>();
        for (int i = 0; i < length; i++) {
            position++;
            if (chunk[i] == '\n') {
                finishLine(received);
            } else {
                line.write(chunk[i]);
                if (line.size() == MAX_LINE) {
                    tooLong = true;
                    finishLine(received);
                    tooLong = true;
                }
            }
        }
        return received;
    }

    @Override
    public List<Received> end() {
        var received = new ArrayList<Received>();
        finishLine(received);
        return received;
    }

    /** A line that is too long comes in several pieces; the last one ends with the line. */
    private void finishLine(List<Received> received) {
        ByteString bytes = ByteString.copyFrom(line.toByteArray());
        line.reset();
        SourcePosition source = positions.at(position);
        if (tooLong) {
            tooLong = false;
            if (!bytes.isEmpty()) {
                received.add(Received.Refused.ofLine(RejectReason.LINE_TOO_LONG, bytes, source));
            }
        } else if (!bytes.toStringUtf8().isBlank()) {
            received.add(envelope(bytes, source));
        }
    }

    private static Received envelope(ByteString line, SourcePosition source) {
        try {
            JsonNode json = JSON.readTree(line.toByteArray());
            String topic = json.path("topic").textValue();
            String payload = json.path("payload").textValue();
            if (topic != null && payload != null) {
                ByteString bytes = ByteString.copyFrom(Base64.getDecoder().decode(payload));
                return new Received.Message(FrameKind.SERVICE_ENVELOPE, bytes, topic, source);
            }
        } catch (IOException | IllegalArgumentException e) {
            // What is wrong with it would quote the line, and nobody knows what stands there: the reason must do.
            return Received.Refused.ofLine(RejectReason.LINE_MALFORMED, line, source);
        }
        return Received.Refused.ofLine(RejectReason.LINE_MALFORMED, line, source);
    }
}
