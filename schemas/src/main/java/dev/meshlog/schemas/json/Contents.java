package dev.meshlog.schemas.json;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.AnyRecord;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SignedHeader;
import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.SnapshotManifest;
import dev.meshlog.schemas.ledger.TransactionBody;
import dev.meshlog.schemas.ledger.VertexBody;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ServiceEnvelope;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.RadioFrame;
import dev.meshlog.schemas.radio.RadioPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * The fields of our records whose bytes hold something that can be read. Avro in them has no fingerprint and so a schema that never changes; what a
 * radio sent has redacted secrets, if any.
 */
final class Contents {
    private static final Map<String, Content> KNOWN = Map.ofEntries(
            entry(field(SignedHeader.SCHEMA$, "header"), (bytes, owner) -> out -> writeHeader(out, bytes)),
            entry(field(SignedVertex.SCHEMA$, "header"), (bytes, owner) -> out -> writeHeader(out, bytes)),
            entry(field(SignedVertex.SCHEMA$, "body"), avro(VertexBody.SCHEMA$)),
            entry(field(VertexBody.SCHEMA$, "transactions"), avro(SignedTransaction.SCHEMA$)),
            entry(field(SignedTransaction.SCHEMA$, "body"), avro(TransactionBody.SCHEMA$)),
            entry(field(PublishedSnapshot.SCHEMA$, "manifest"), avro(SnapshotManifest.SCHEMA$)),
            entry(field(RadioFrame.SCHEMA$, "payload"), Contents::frame),
            entry(field(RadioPacket.SCHEMA$, "payload"), Contents::payload),
            entry(field(RadioPacket.SCHEMA$, "data"), (bytes, owner) -> new ProtobufPart(Data.parseFrom(bytes))),
            entry(
                    field(NodeObservation.SCHEMA$, "nodeInfo"),
                    (bytes, owner) -> new ProtobufPart(NodeInfo.parseFrom(bytes))));

    private Contents() {}

    /** Null when nothing but bytes is known to be there. */
    static @Nullable Content of(Schema.Field field, Schema owner) {
        return KNOWN.get(field(owner, field.name()));
    }

    private static String field(Schema owner, String name) {
        return owner.getFullName() + "." + name;
    }

    private static Content avro(Schema schema) {
        return (bytes, owner) -> new AvroPart(schema, AnyRecord.decodeBinary(bytes, schema));
    }

    private static @Nullable Part frame(byte[] bytes, GenericRecord owner) throws InvalidProtocolBufferException {
        return switch (owner.get("kind").toString()) {
            case "FROM_RADIO" -> new ProtobufPart(FromRadio.parseFrom(bytes));
            case "SERVICE_ENVELOPE" -> new ProtobufPart(ServiceEnvelope.parseFrom(bytes));
            case "MESH_PACKET" -> new ProtobufPart(MeshPacket.parseFrom(bytes));
            default -> null;
        };
    }

    private static @Nullable Part payload(byte[] bytes, GenericRecord owner) throws InvalidProtocolBufferException {
        return owner.get("portNum") instanceof Integer port ? Ports.read(port, bytes) : null;
    }

    /** Integers big-endian, as the protocol has them in its 120 bytes. */
    private static void writeHeader(JsonGenerator out, byte[] bytes) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        out.writeStartObject();
        out.writeStringField("producer", hash(in));
        out.writeNumberField("round", in.getLong());
        out.writeNumberField("epoch", in.getLong());
        out.writeNumberField("checkpointIndex", in.getLong());
        out.writeStringField("checkpointRoot", hash(in));
        out.writeStringField("bodyHash", hash(in));
        out.writeEndObject();
    }

    private static String hash(ByteBuffer in) {
        byte[] bytes = new byte[32];
        in.get(bytes);
        return Hex.of(bytes);
    }
}
