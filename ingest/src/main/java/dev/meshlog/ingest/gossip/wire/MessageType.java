package dev.meshlog.ingest.gossip.wire;

import dev.meshlog.ledger.vertex.Limits;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.gossip.ChunkQuery;
import dev.meshlog.schemas.gossip.Hello;
import dev.meshlog.schemas.gossip.KnownPeers;
import dev.meshlog.schemas.gossip.NewestVertexQuery;
import dev.meshlog.schemas.gossip.PeerStatus;
import dev.meshlog.schemas.gossip.Refused;
import dev.meshlog.schemas.gossip.SnapshotQuery;
import dev.meshlog.schemas.gossip.StatusQuery;
import dev.meshlog.schemas.gossip.Submission;
import dev.meshlog.schemas.gossip.Submitted;
import dev.meshlog.schemas.gossip.VerticesById;
import dev.meshlog.schemas.gossip.VerticesByRound;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** The kinds of messages: the byte that a message begins with, the record behind it, and how long that may be. */
public enum MessageType {
    HELLO(1, Hello.getClassSchema(), 2 << 10),
    REFUSED(2, Refused.getClassSchema(), 2 << 10),
    KNOWN_PEERS(3, KnownPeers.getClassSchema(), 64 << 10),
    VERTEX(4, SignedVertex.getClassSchema(), Limits.BODY_BYTES + 1024),
    STATUS_QUERY(5, StatusQuery.getClassSchema(), 16),
    STATUS(6, PeerStatus.getClassSchema(), 1 << 10),
    VERTICES_BY_ID(7, VerticesById.getClassSchema(), 64 << 10),
    VERTICES_BY_ROUND(8, VerticesByRound.getClassSchema(), 32),
    SNAPSHOT_QUERY(9, SnapshotQuery.getClassSchema(), 16),
    SNAPSHOT(10, PublishedSnapshot.getClassSchema(), Topics.LARGE_RECORD_BYTES),
    CHUNK_QUERY(11, ChunkQuery.getClassSchema(), 64),
    CHUNK(12, SnapshotChunk.getClassSchema(), Topics.LARGE_RECORD_BYTES),
    SUBMISSION(13, Submission.getClassSchema(), Limits.TRANSACTION_BYTES + 128),
    SUBMITTED(14, Submitted.getClassSchema(), 64),
    NEWEST_VERTEX_QUERY(15, NewestVertexQuery.getClassSchema(), 64);

    private static final MessageType[] BY_CODE = new MessageType[32];

    static {
        for (MessageType each : values()) {
            BY_CODE[each.code] = each;
        }
    }

    private final byte code;

    @SuppressWarnings("ImmutableEnumChecker") // any thread may use it
    private final AvroBinary<SpecificRecordBase> codec;

    private final Class<?> record;
    private final int maxBytes;

    MessageType(int code, Schema schema, int maxBytes) {
        this.code = (byte) code;
        this.codec = new AvroBinary<>(schema);
        this.record = SpecificData.get().getClass(schema);
        this.maxBytes = maxBytes;
    }

    byte code() {
        return code;
    }

    AvroBinary<SpecificRecordBase> codec() {
        return codec;
    }

    Class<?> record() {
        return record;
    }

    /** With the byte that names the type. */
    public int maxBytes() {
        return 1 + maxBytes;
    }

    static MessageType of(SpecificRecordBase record) {
        for (MessageType each : values()) {
            if (each.record.isInstance(record)) {
                return each;
            }
        }
        throw new IllegalArgumentException(record.getClass() + " is no message");
    }

    /** Null when there is none. */
    static @Nullable MessageType of(byte code) {
        return code < 0 || code >= BY_CODE.length ? null : BY_CODE[code];
    }
}
