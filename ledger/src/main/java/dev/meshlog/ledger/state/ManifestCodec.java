package dev.meshlog.ledger.state;

import static dev.meshlog.ledger.state.SnapshotRejection.FORMAT_VERSION;
import static dev.meshlog.ledger.state.SnapshotRejection.HASH_ALGORITHM;
import static dev.meshlog.ledger.state.SnapshotRejection.MANIFEST_INCONSISTENT;
import static dev.meshlog.ledger.state.SnapshotRejection.MANIFEST_MALFORMED;
import static dev.meshlog.ledger.state.SnapshotRejection.MANIFEST_SIZE;
import static dev.meshlog.ledger.state.SnapshotRejection.OTHER_NETWORK;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.ledger.ChunkDescriptor;
import dev.meshlog.schemas.ledger.DigestsChunk;
import dev.meshlog.schemas.ledger.SnapshotManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.DecoderFactory;

/** The only reader and writer of a manifest's canonical bytes. */
final class ManifestCodec {
    static final int VERSION = 1;

    /** The most chunks, each with the longest numbers, stay below it. */
    static final int MAX_BYTES = 4 << 20;

    private static final AvroBinary<SnapshotManifest> AVRO = new AvroBinary<>(SnapshotManifest.SCHEMA$);

    private ManifestCodec() {}

    static byte[] encode(Manifest manifest) {
        List<ChunkDescriptor> chunks = new ArrayList<>(manifest.chunks().size());
        for (ChunkRef chunk : manifest.chunks()) {
            chunks.add(new ChunkDescriptor(
                    chunk.firstBucket(),
                    chunk.lastBucket(),
                    chunk.entries(),
                    (long) chunk.size(),
                    chunk.id().fixed()));
        }
        return AVRO.encode(new SnapshotManifest(
                VERSION,
                manifest.networkId().fixed(),
                LtHash.ALGORITHM,
                manifest.bucketBits(),
                manifest.checkpointIndex(),
                manifest.commitIndex(),
                manifest.leaderRound(),
                manifest.commitHash().fixed(),
                manifest.stateRoot().fixed(),
                manifest.entries(),
                new DigestsChunk(
                        (long) manifest.digestsSize(), manifest.digestsId().fixed()),
                chunks));
    }

    static Manifest decode(byte[] bytes, Hash expectedNetworkId) throws InvalidSnapshotException {
        if (bytes.length > MAX_BYTES) {
            throw new InvalidSnapshotException(MANIFEST_SIZE, bytes.length + " bytes, at most " + MAX_BYTES);
        }
        SnapshotManifest record = record(bytes);
        if (!record.getHashAlgorithm().equals(LtHash.ALGORITHM)) {
            throw new InvalidSnapshotException(HASH_ALGORITHM, "Known is " + LtHash.ALGORITHM + ".");
        }
        Hash networkId = Hash.of(record.getNetworkId());
        if (!networkId.equals(expectedNetworkId)) {
            throw new InvalidSnapshotException(OTHER_NETWORK, "Expected " + expectedNetworkId + ", got " + networkId);
        }
        Manifest manifest;
        try {
            manifest = manifest(record);
        } catch (IllegalArgumentException e) {
            throw new InvalidSnapshotException(MANIFEST_INCONSISTENT, String.valueOf(e.getMessage()), e);
        }
        if (!Arrays.equals(encode(manifest), bytes)) {
            throw new InvalidSnapshotException(MANIFEST_MALFORMED, "encoded again, it has other bytes");
        }
        return manifest;
    }

    private static Manifest manifest(SnapshotManifest record) {
        List<ChunkRef> chunks = new ArrayList<>(record.getChunks().size());
        for (ChunkDescriptor chunk : record.getChunks()) {
            chunks.add(new ChunkRef(
                    chunk.getFirstBucket(),
                    chunk.getLastBucket(),
                    chunk.getEntries(),
                    size(chunk.getSize(), ChunkRef.MAX_BYTES),
                    Hash.of(chunk.getId())));
        }
        int digestsSize = BucketDigests.sizeOf(record.getBucketBits());
        if (record.getDigests().getSize() != digestsSize) {
            throw new IllegalArgumentException("the digests chunk has another size than " + digestsSize);
        }
        return new Manifest(
                Hash.of(record.getNetworkId()),
                record.getBucketBits(),
                record.getCheckpointIndex(),
                record.getCommitIndex(),
                record.getLeaderRound(),
                Hash.of(record.getCommitHash()),
                Hash.of(record.getStateRoot()),
                record.getEntries(),
                Hash.of(record.getDigests().getId()),
                chunks);
    }

    private static int size(long size, int limit) {
        if (size < 0 || size > limit) {
            throw new IllegalArgumentException("a chunk of " + size + " bytes");
        }
        return (int) size;
    }

    private static SnapshotManifest record(byte[] bytes) throws InvalidSnapshotException {
        try {
            // The version first, because another one may have another schema.
            int version = DecoderFactory.get().binaryDecoder(bytes, null).readInt();
            if (version != VERSION) {
                throw new InvalidSnapshotException(FORMAT_VERSION, "It is " + version + ", known is " + VERSION + ".");
            }
            return AVRO.decode(bytes);
        } catch (IOException | AvroRuntimeException | MalformedRecordException e) {
            throw new InvalidSnapshotException(MANIFEST_MALFORMED, String.valueOf(e.getMessage()), e);
        }
    }
}
