package dev.meshlog.replayer;

import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;

/** Values of the two topics of snapshots, as they stand there. */
final class SnapshotRecords {
    private SnapshotRecords() {}

    /** @throws MalformedRecordException when the value is not a published snapshot */
    static SnapshotOffer offer(String key, byte[] value) {
        return SnapshotOffer.of(
                key, Topics.MANIFESTS.values().deserializer().deserialize(Topics.MANIFESTS.name(), value));
    }

    /** @throws MalformedRecordException when the value is not a chunk */
    static byte[] frame(byte[] value) {
        return Buffers.array(Topics.CHUNKS
                .values()
                .deserializer()
                .deserialize(Topics.CHUNKS.name(), value)
                .getZstd());
    }
}
