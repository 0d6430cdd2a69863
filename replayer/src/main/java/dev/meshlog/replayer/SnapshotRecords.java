package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SnapshotChunk;

/** Values of the two topics of snapshots, as they stand there. */
final class SnapshotRecords {
    private SnapshotRecords() {}

    /** @throws MalformedRecordException when the value is not a published snapshot */
    static SnapshotOffer offer(String key, byte[] value) {
        return SnapshotOffer.of(
                key, Topics.MANIFESTS.values().deserializer().deserialize(Topics.MANIFESTS.name(), value));
    }

    /** @throws MalformedRecordException when the value is not this chunk's record */
    static byte[] frame(Hash id, byte[] value) {
        SnapshotChunk chunk = Topics.CHUNKS.values().deserializer().deserialize(Topics.CHUNKS.name(), value);
        if (!Hash.of(chunk.getId()).equals(id)) {
            throw new MalformedRecordException("the record is of chunk " + Hash.of(chunk.getId()));
        }
        return Buffers.array(chunk.getZstd());
    }
}
