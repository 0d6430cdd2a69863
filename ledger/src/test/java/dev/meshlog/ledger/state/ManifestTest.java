package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.ledger.SnapshotManifest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static final AvroBinary<SnapshotManifest> AVRO = new AvroBinary<>(SnapshotManifest.SCHEMA$);

    private Snapshot small;
    private Snapshot large;

    @BeforeEach
    void cut() {
        small = cut(2, 3, 5);
        large = cut(3, 30, 100_000);
        assertThat(large.chunks()).hasSizeGreaterThan(2);
    }

    @Test
    void canonicalBytesAreTheseBytes() {
        byte[] bytes = small.manifest().encode();
        assertThat(Hex.of(bytes))
                .isEqualTo("02dbebd10e61bc8c28591273feafbbef95d544f874693301d8f7f8e54c6e3005"
                        + "8e226c7431362d6165733235366374722d7631040ee001e6013578485c84bc30"
                        + "9464d2b12a48fe15c746b92f7841e001652e1c46345b2cab99b0c3fb793a1b01"
                        + "49d5083467725b9d7aaf019a4bdbb621777129726aaf63476f068002708c3f54"
                        + "5ef9bf8ea8e95fe30b6c283f62e25b558b524ce58881444e9fafc2ac02000606"
                        + "5af95044503e2a5168618986efa414badb9524c45d1f0b25ac029f0a92221eca"
                        + "9d00");
        assertThat(small.manifest().hash().hex())
                .isEqualTo("687fd7ccf5f600db962c2b9af7b83d7a307918736031b3218d89617b8516f3ba");
        assertThat(Hex.of(small.chunks().get(0).bytes()))
                .isEqualTo("0000000201000000000500000000000000000201010000000501010101010000"
                        + "00020102000000050202020202");
    }

    @Test
    void parsedManifestIsTheOneThatWasWritten() throws Exception {
        for (Snapshot snapshot : List.of(small, large)) {
            assertThat(Manifest.parse(snapshot.manifest().encode(), Snapshot.NETWORK))
                    .isEqualTo(snapshot.manifest());
        }
        assertThat(small.manifest().size())
                .isEqualTo(4 * 32 + small.chunks().get(0).bytes().length);
    }

    @Test
    void anyFlippedBitIsNoticedByTheHash() {
        byte[] bytes = small.manifest().encode();
        Hash hash = small.manifest().hash();
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] damaged = flip(bytes, bit);
            assertRejected(SnapshotRejection.MANIFEST_HASH, () -> Manifest.parse(damaged, Snapshot.NETWORK, hash));
        }
    }

    @Test
    void withoutItsHashAFlippedBitLeavesOnlyWhatTheRootDoesNotCover() {
        byte[] bytes = large.manifest().encode();
        Manifest original = large.manifest();
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] damaged = flip(bytes, bit);
            Manifest parsed;
            try {
                parsed = Manifest.parse(damaged, Snapshot.NETWORK);
                parsed.verifyDigests(large.digests().bytes());
            } catch (InvalidSnapshotException expected) {
                continue;
            }
            assertThat(parsed.checkpointIndex()).isEqualTo(original.checkpointIndex());
            assertThat(parsed.stateRoot()).isEqualTo(original.stateRoot());
            assertThat(parsed.entries()).isEqualTo(original.entries());
            assertThat(parsed.digestsId()).isEqualTo(original.digestsId());
            assertThat(parsed).as("bit " + bit).isNotEqualTo(original);
        }
    }

    @Test
    void truncatedAndContinuedManifestsAreRefused() {
        byte[] bytes = large.manifest().encode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertRejected(SnapshotRejection.MANIFEST_MALFORMED, () -> Manifest.parse(cut, Snapshot.NETWORK));
        }
        byte[] continued = Arrays.copyOf(bytes, bytes.length + 1);
        assertRejected(SnapshotRejection.MANIFEST_MALFORMED, () -> Manifest.parse(continued, Snapshot.NETWORK));
    }

    @Test
    void otherNetworkVersionAndAlgorithmAreNamed() {
        byte[] bytes = small.manifest().encode();
        assertRejected(SnapshotRejection.OTHER_NETWORK, () -> Manifest.parse(bytes, Hash.ZERO));
        assertRejected(SnapshotRejection.FORMAT_VERSION, changed(record -> record.put("formatVersion", 2)));
        assertRejected(SnapshotRejection.HASH_ALGORITHM, changed(record -> record.put("hashAlgorithm", "lt32")));
    }

    @Test
    void contradictionsAreRefused() {
        List<Consumer<SnapshotManifest>> contradictions = List.of(
                record -> record.put("bucketBits", 0),
                record -> record.put("bucketBits", 17),
                record -> record.put("bucketBits", 4),
                record -> record.put("checkpointIndex", -1L),
                record -> record.put("commitIndex", -1L),
                record -> record.put("leaderRound", -1L),
                record -> record.put("entries", record.getEntries() + 1),
                record -> record.getDigests().put("size", 1L),
                record -> record.put("chunks", List.of()),
                record -> record.getChunks().remove(0),
                record -> record.getChunks().remove(1),
                record -> record.getChunks().add(record.getChunks().get(0)),
                record -> record.getChunks().get(0).put("size", 1L << 32),
                record -> record.getChunks().get(0).put("size", -1L),
                record -> record.getChunks().get(0).put("size", (long) ChunkRef.MAX_BYTES + 1),
                record -> record.getChunks().get(0).put("size", 0L),
                record -> record.getChunks().get(0).put("entries", -1L),
                record -> record.getChunks().get(0).put("entries", Long.MAX_VALUE),
                record -> record.getChunks().get(0).put("firstBucket", 1),
                record -> record.getChunks().get(0).put("lastBucket", -1),
                record -> record.getChunks().get(0).put("lastBucket", 1 << 30));
        for (int i = 0; i < contradictions.size(); i++) {
            Call parse = changed(contradictions.get(i));
            assertThatThrownBy(parse::run)
                    .as("contradiction " + i)
                    .isInstanceOfSatisfying(
                            InvalidSnapshotException.class,
                            e -> assertThat(e.reason()).isEqualTo(SnapshotRejection.MANIFEST_INCONSISTENT));
        }
    }

    @Test
    void chunksThatAreOneAndRangesThatHalvingNeverGivesAreRefused() {
        Hash id = Domain.BODY.hash();
        assertThatThrownBy(() -> new ChunkRef(1, 2, 1, 10, id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChunkRef(0, 2, 1, 10, id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChunkRef(0, 1, 1, ChunkRef.TARGET_BYTES + 1, id))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChunkRef(0, 1, 0, 0, id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> withChunks(new ChunkRef(0, 0, 1, 10, id), new ChunkRef(1, 1, 1, 10, id)))
                .hasMessageContaining("are one");
        assertThat(withChunks(new ChunkRef(0, 0, 1, ChunkRef.TARGET_BYTES, id), new ChunkRef(1, 1, 1, 10, id))
                        .chunks())
                .hasSize(2);
    }

    @Test
    void aClaimOfManyChunksIsRefusedBeforeRoomIsMade() {
        Manifest manifest = small.manifest();
        byte[] bytes = manifest.encode();
        // The array of one chunk: count 1, four one-byte numbers but for the size, the id, and the end.
        int count = bytes.length - 1 - 36 - 1;
        assertThat(bytes[count]).isEqualTo((byte) 2);
        for (byte top : new byte[] {0x0f, 0x07, 0x01}) {
            byte[] claim = {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, top};
            byte[] bomb = ByteBuffer.allocate(bytes.length + claim.length - 1)
                    .put(bytes, 0, count)
                    .put(claim)
                    .put(bytes, count + 1, bytes.length - count - 1)
                    .array();
            assertRejected(SnapshotRejection.MANIFEST_MALFORMED, () -> Manifest.parse(bomb, Snapshot.NETWORK));
        }
        assertRejected(
                SnapshotRejection.MANIFEST_SIZE,
                () -> Manifest.parse(new byte[ManifestCodec.MAX_BYTES + 1], Snapshot.NETWORK));
    }

    @Test
    void theLargestManifestIsWithinItsLimit() throws Exception {
        List<ChunkRef> chunks = new ArrayList<>();
        for (int bucket = 0; bucket < 1 << 16; bucket++) {
            Hash id = Domain.BODY.hash(Domain.u32(bucket));
            chunks.add(new ChunkRef(bucket, bucket, ChunkRef.MAX_BYTES / 9, ChunkRef.MAX_BYTES, id));
        }
        var manifest = new Manifest(
                Snapshot.NETWORK,
                16,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Hash.ZERO,
                Hash.ZERO,
                (1L << 16) * (ChunkRef.MAX_BYTES / 9),
                Hash.ZERO,
                chunks);
        assertThat(Manifest.parse(manifest.encode(), Snapshot.NETWORK)).isEqualTo(manifest);
    }

    @Test
    void nonCanonicalEncodingIsRefused() {
        byte[] bytes = small.manifest().encode();
        // The format version 1 as a varint of two bytes.
        byte[] padded = ByteBuffer.allocate(bytes.length + 1)
                .put((byte) 0x82)
                .put((byte) 0)
                .put(bytes, 1, bytes.length - 1)
                .array();
        assertRejected(SnapshotRejection.MANIFEST_MALFORMED, () -> Manifest.parse(padded, Snapshot.NETWORK));
    }

    @Test
    void anyFlippedBitOfTheDigestsIsNoticed() {
        byte[] bytes = small.digests().bytes();
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] damaged = flip(bytes, bit);
            assertRejected(SnapshotRejection.DIGESTS_ID, () -> small.manifest().verifyDigests(damaged));
        }
        assertRejected(SnapshotRejection.DIGESTS_ID, () -> small.manifest().verifyDigests(new byte[bytes.length - 1]));
    }

    @Test
    void digestsOfAnotherStateAreNoticedAlthoughTheManifestNamesThem() throws Exception {
        byte[] damaged = flip(small.digests().bytes(), 77);
        Hash id = Hash.of(Domain.sha256().digest(damaged));
        byte[] bytes = change(record -> record.getDigests().put("id", id.fixed()));
        Manifest lying = Manifest.parse(bytes, Snapshot.NETWORK);
        assertRejected(SnapshotRejection.DIGESTS_ROOT, () -> lying.verifyDigests(damaged));
    }

    @Test
    void cutWithAnotherRootIsABug() {
        assertThatThrownBy(() -> Manifest.of(
                        Snapshot.NETWORK,
                        1,
                        1,
                        1,
                        Snapshot.COMMIT,
                        Hash.ZERO,
                        small.digests(),
                        small.manifest().chunks()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Snapshot cut(int bits, int entries, int valueBytes) {
        var store = new MemoryStateStore();
        var state = new State(store, bits);
        for (int n = 0; n < entries; n++) {
            byte[] value = new byte[valueBytes];
            Arrays.fill(value, (byte) n);
            state.put(new byte[] {1, (byte) n}, value);
        }
        return Snapshot.cut(store, state, 7);
    }

    private static Manifest withChunks(ChunkRef... chunks) {
        return new Manifest(
                Snapshot.NETWORK, 1, 1, 1, 1, Hash.ZERO, Hash.ZERO, chunks.length, Hash.ZERO, List.of(chunks));
    }

    private byte[] change(Consumer<SnapshotManifest> change) {
        return change(small, change);
    }

    private static byte[] change(Snapshot snapshot, Consumer<SnapshotManifest> change) {
        SnapshotManifest record = AVRO.decode(snapshot.manifest().encode());
        record.put("chunks", new ArrayList<>(record.getChunks()));
        change.accept(record);
        return AVRO.encode(record);
    }

    private Call changed(Consumer<SnapshotManifest> change) {
        byte[] bytes = change(large, change);
        return () -> Manifest.parse(bytes, Snapshot.NETWORK);
    }

    private static byte[] flip(byte[] bytes, int bit) {
        byte[] damaged = bytes.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        return damaged;
    }

    private static void assertRejected(SnapshotRejection reason, Call call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        InvalidSnapshotException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @FunctionalInterface
    private interface Call {
        void run() throws InvalidSnapshotException;
    }
}
