package dev.meshlog.schemas.wire;

/** Why input stands on {@code radio.rejected}. The names are written there: they may be added to, never changed. */
public enum RejectReason {
    NOISE("These bytes are not part of any frame."),
    FRAME_EMPTY("The frame's header announces no payload."),
    FRAME_TOO_LONG("The frame's header announces more bytes than a frame may have."),
    FRAME_TRUNCATED("The input ends inside this frame."),
    FRAME_UNDECODABLE("The frame's payload is not a message of the device protocol."),
    LINE_MALFORMED("The line is not a JSON object with a topic and a base64 payload."),
    LINE_TOO_LONG("The line is longer than any envelope can be."),
    MESSAGE_TOO_LONG("The message is longer than any packet or envelope can be."),
    TOPIC_WITHOUT_ENVELOPES("The MQTT topic is one of those that carry JSON or a status, not envelopes."),
    RECORD_MALFORMED("The record on radio.frames is not one that Meshlog wrote."),
    RECORD_FROM_NEWER_VERSION("The record on radio.frames was written with a schema that this version does not know."),
    DECISION_MALFORMED("The record on radio.key-decisions is not a decision that Meshlog wrote."),
    PAYLOAD_UNDECODABLE("The payload is not the protobuf message that its kind says."),
    PAYLOAD_WITHOUT_PACKET("The envelope carries no packet."),
    KIND_UNKNOWN("The frame is of a kind that this version does not know."),
    SENDER_NOT_A_NODE("The packet's sender is zero or the broadcast address."),
    NODE_NOT_A_NODE("The radio's NodeDB entry is for node zero or the broadcast address."),
    CONTENT_UNDECODABLE("What the packet carries is not what its port says; the packet itself is kept."),
    KEY_LENGTH("The public key does not have 32 bytes; the rest of the node is kept."),
    KEY_ALL_ZERO("The public key is all zeros; the rest of the node is kept.");

    private final String sentence;

    RejectReason(String sentence) {
        this.sentence = sentence;
    }

    /** What it means, for people. */
    public String sentence() {
        return sentence;
    }
}
