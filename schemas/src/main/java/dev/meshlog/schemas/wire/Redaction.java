package dev.meshlog.schemas.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Blanks secrets: private keys, channel keys, passwords, pins, session passkeys, file contents. They become zeros in place, so that
 * everything else, lengths included, stays byte for byte as it was received.
 *
 * @param payload the bytes without their secrets
 * @param paths the fields that were blanked, such as {@code config.security.private_key}
 */
public record Redaction(ByteString payload, List<String> paths) {
    /** The path that stands for "wherever a secret could have been in bytes that cannot be decoded". */
    public static final String UNDECODABLE = "undecodable";

    /** No secret is longer: a pass phrase of a wireless network. */
    private static final int LONGEST_SECRET = 64;

    private static final int SHORTEST_ENCODED_SECRET = 12;
    /** More than any part of the configuration has. */
    private static final int MOST_PARAMETERS = 64;

    private static final byte WIFI_PSK_OR_PASSWORD = 0x22;
    private static final byte USERNAME = 0x1a;

    public Redaction {
        paths = List.copyOf(paths);
    }

    public static Redaction ofFromRadio(ByteString payload) {
        return redact(payload, Secrets.FROM_RADIO, FromRadio.parser());
    }

    /** Of bytes that were parsed as one: whether they can be is not looked at again. */
    public static Redaction ofParsedFromRadio(ByteString payload) {
        return redactParsed(payload, Secrets.FROM_RADIO);
    }

    public static Redaction ofServiceEnvelope(ByteString payload) {
        return redact(payload, Secrets.ENVELOPE, ServiceEnvelope.parser());
    }

    /** Of bytes that were parsed as one: whether they can be is not looked at again. */
    public static Redaction ofParsedServiceEnvelope(ByteString payload) {
        return redactParsed(payload, Secrets.ENVELOPE);
    }

    public static Redaction ofMeshPacket(ByteString payload) {
        return redact(payload, Secrets.PACKET, MeshPacket.parser());
    }

    /** What a packet carries, which was parsed as that; secret when it goes to the admin port. */
    public static Redaction ofParsedData(ByteString payload) {
        return redactParsed(payload, new Secrets.Ported());
    }

    /**
     * Bytes outside any frame. What could be a secret by its shape is blanked: 16 or 32 bytes behind a tag, a short text where
     * passwords stand, everything behind the tag of a configuration.
     */
    public static ByteString ofSkipped(FramePiece.Skipped piece) {
        byte[] original = piece.bytes().toByteArray();
        byte[] bytes = original.clone();
        blankByShape(original, bytes);
        for (int at = 0; at + 4 < original.length; at++) {
            if (original[at] == (byte) 0x94 && original[at + 1] == (byte) 0xC3) {
                blankConfidential(original, bytes, at + 4);
            }
        }
        if (piece.beginsInside()) {
            blank(bytes, 0, LONGEST_SECRET);
        }
        return ByteString.copyFrom(bytes);
    }

    /** A line of text that is not what it should be: whatever could be base64 or hex of a secret is blanked. */
    public static ByteString ofText(ByteString line) {
        byte[] bytes = line.toByteArray();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || !isEncodedText(bytes[i])) {
                if (i - start >= SHORTEST_ENCODED_SECRET) {
                    blank(bytes, start, i - start);
                }
                start = i + 1;
            }
        }
        return ByteString.copyFrom(bytes);
    }

    private static boolean isEncodedText(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '+'
                || b == '/'
                || b == '-'
                || b == '_';
    }

    private static Redaction redactParsed(ByteString payload, Secrets.Rule rule) {
        return redacted(payload, walked(payload, rule));
    }

    private static Redaction redact(ByteString payload, Secrets.Rule rule, Parser<?> parser) {
        Walk walk = walked(payload, rule);
        try {
            parser.parseFrom(payload);
        } catch (InvalidProtocolBufferException e) {
            byte[] original = payload.toByteArray();
            blankByShape(original, walk.bytes);
            if (rule == Secrets.FROM_RADIO) {
                blankConfidential(original, walk.bytes, 0);
            }
            walk.paths.add(UNDECODABLE);
        }
        return redacted(payload, walk);
    }

    private static Walk walked(ByteString payload, Secrets.Rule rule) {
        byte[] bytes = payload.toByteArray();
        var walk = new Walk(bytes);
        walk.rule(rule, 0, bytes.length, "");
        return walk;
    }

    private static Redaction redacted(ByteString payload, Walk walk) {
        return new Redaction(walk.paths.isEmpty() ? payload : ByteString.copyFrom(walk.bytes), walk.paths);
    }

    /** Looks at the original at every position: one match may lie across the next one. */
    private static void blankByShape(byte[] original, byte[] bytes) {
        for (int at = 0; at + 1 < original.length; at++) {
            byte tag = original[at];
            int length = original[at + 1];
            boolean key = (tag & 7) == WireReader.LENGTH_DELIMITED && (length == 32 || length == 16);
            boolean text = (tag == WIFI_PSK_OR_PASSWORD || tag == USERNAME) && length > 0 && length <= LONGEST_SECRET;
            if (key || text) {
                blank(bytes, at + 2, length);
            }
            if (tag == 0x08 && length == Secrets.ADMIN_PORT) {
                blank(bytes, at + 2, bytes.length);
            }
        }
    }

    /** When the first field, the message's number aside, is a confidential one, everything behind its tag is blanked. */
    private static void blankConfidential(byte[] original, byte[] bytes, int start) {
        var reader = new WireReader(original, start, original.length);
        while (reader.nextTag()) {
            boolean complete = reader.value();
            Secrets.Field field = Secrets.FROM_RADIO.field(reader.field());
            if (field != null && field.rule() instanceof Secrets.Inside inside && inside.confidential()) {
                blank(bytes, reader.valueStart(), FrameParser.MAX_PAYLOAD);
            }
            if (!complete || reader.field() != 1) {
                break;
            }
        }
    }

    private static void blank(byte[] bytes, int from, int length) {
        for (int i = from; i < bytes.length && i - from < length; i++) {
            bytes[i] = 0;
        }
    }

    /** One pass over a payload, blanking it in place. */
    private static final class Walk {
        private final byte[] bytes;
        private final List<String> paths = new ArrayList<>();

        Walk(byte[] bytes) {
            this.bytes = bytes;
        }

        void rule(Secrets.Rule rule, int start, int end, String path) {
            if (rule instanceof Secrets.Inside inside) {
                inside(inside, start, end, path);
            } else if (rule instanceof Secrets.Numbers) {
                if (!areNumbers(start, end)) {
                    misplaced(start, end, path);
                }
            } else if (rule instanceof Secrets.Ported) {
                ported(start, end, path);
            } else if (rule instanceof Secrets.Blank secret && end - start >= secret.fromLength()) {
                zero(start, end, path);
            }
        }

        private void inside(Secrets.Inside message, int start, int end, String path) {
            var reader = new WireReader(bytes, start, end);
            int tag = start;
            while (reader.nextTag()) {
                Secrets.Field field = message.field(reader.field());
                if (!reader.value()) {
                    if (message.confidential()) {
                        zero(reader.valueStart(), end, join(path, "damaged"));
                    }
                    return;
                }
                if (field != null) {
                    field(field, reader, path);
                } else if (reader.wireType() == WireReader.LENGTH_DELIMITED) {
                    misplaced(reader.valueStart(), reader.valueEnd(), path);
                }
                tag = reader.valueEnd();
            }
            if (!reader.atEnd() && message.confidential()) {
                zero(tag, end, join(path, "damaged"));
            }
        }

        /**
         * As an encoder writes them: each field once, in ascending order, in the shortest form, none of eight bytes, for no part has one. Of 10^12 random
         * sequences of 32 bytes about one is like that.
         */
        private boolean areNumbers(int start, int end) {
            var reader = new WireReader(bytes, start, end);
            int last = 0;
            while (reader.nextTag()) {
                boolean ascending = reader.field() > last && reader.field() < MOST_PARAMETERS;
                boolean number = reader.wireType() == WireReader.VARINT || reader.wireType() == WireReader.FIXED32;
                if (!ascending || !number || !reader.value() || !isShortest(reader)) {
                    return false;
                }
                last = reader.field();
            }
            return reader.atEnd();
        }

        private boolean isShortest(WireReader reader) {
            return reader.wireType() != WireReader.VARINT
                    || reader.valueEnd() - reader.valueStart() == 1
                    || bytes[reader.valueEnd() - 1] != 0;
        }

        private void field(Secrets.Field field, WireReader reader, String path) {
            if (field.rule() instanceof Secrets.Open) {
                return;
            }
            if (reader.wireType() == WireReader.LENGTH_DELIMITED) {
                rule(field.rule(), reader.valueStart(), reader.valueEnd(), join(path, field.name()));
            } else if (field.rule() instanceof Secrets.Blank) {
                number(reader, join(path, field.name()));
            }
        }

        /** What does not belong where it stands keeps only what cannot be a secret by its shape. */
        private void misplaced(int start, int end, String parent) {
            if (end - start == 32 || end - start == 16) {
                zero(start, end, join(parent, "misplaced"));
                return;
            }
            byte[] original = Arrays.copyOfRange(bytes, start, end);
            byte[] blanked = original.clone();
            blankByShape(original, blanked);
            if (!Arrays.equals(original, blanked)) {
                System.arraycopy(blanked, 0, bytes, start, blanked.length);
                paths.add(join(parent, "misplaced"));
            }
        }

        private void ported(int start, int end, String path) {
            boolean admin = false;
            boolean wrapped = false;
            var ports = new WireReader(bytes, start, end);
            while (ports.nextTag() && ports.value()) {
                if (ports.field() == 1 && ports.wireType() == WireReader.VARINT) {
                    admin |= ports.varintValue() == Secrets.ADMIN_PORT;
                    wrapped |= ports.varintValue() == Secrets.SIMULATOR_PORT;
                }
            }
            if (!admin && !wrapped) {
                return;
            }
            var reader = new WireReader(bytes, start, end);
            while (reader.nextTag() && reader.value()) {
                if (reader.field() == 2 && reader.wireType() == WireReader.LENGTH_DELIMITED) {
                    String name = join(path, "payload");
                    if (admin) {
                        rule(Secrets.ADMIN, reader.valueStart(), reader.valueEnd(), name);
                    }
                    if (wrapped) {
                        ported(reader.valueStart(), reader.valueEnd(), name);
                    }
                }
            }
        }

        /** A number keeps its length: as many continuation bytes as before, all of value zero. */
        private void number(WireReader reader, String path) {
            boolean secret = false;
            for (int i = reader.valueStart(); i < reader.valueEnd(); i++) {
                byte blanked = reader.wireType() == WireReader.VARINT ? (byte) (bytes[i] & 0x80) : 0;
                secret |= bytes[i] != blanked;
                bytes[i] = blanked;
            }
            if (secret) {
                paths.add(path);
            }
        }

        private void zero(int start, int end, String path) {
            boolean secret = false;
            for (int i = Math.min(start, end); i < end; i++) {
                secret |= bytes[i] != 0;
                bytes[i] = 0;
            }
            if (secret) {
                paths.add(path);
            }
        }

        private static String join(String path, String name) {
            return path.isEmpty() ? name : path + "." + name;
        }
    }
}
