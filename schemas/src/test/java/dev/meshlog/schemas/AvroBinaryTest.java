package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.meshlog.schemas.ledger.SignedTransaction;
import dev.meshlog.schemas.ledger.SignedVertex;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AvroBinaryTest {
    private static final AvroBinary<SignedTransaction> TRANSACTION =
            new AvroBinary<>(SignedTransaction.getClassSchema());
    private static final byte[] BYTES = TRANSACTION.encode(SignedTransaction.newBuilder()
            .setBody(ByteBuffer.wrap(new byte[] {1, 2, 3}))
            .setSignature(new Bytes64(new byte[64]))
            .build());

    static List<Schema> recordTypes() {
        return ReleasedSchemas.current().values().stream().toList();
    }

    @ParameterizedTest
    @MethodSource("recordTypes")
    void whatIsEncodedIsDecodedAgain(Schema schema) {
        long seed = new Random().nextLong();
        var codec = new AvroBinary<SpecificRecordBase>(schema);
        for (byte[] bytes : RandomRecords.of(schema, 50, seed)) {
            SpecificRecordBase record = codec.decode(bytes);
            assertThat(codec.decode(codec.encode(record))).as("seed %d", seed).isEqualTo(record);
        }
    }

    @Test
    void aRecordThatCanNotBeEncodedLeavesNothingInTheNext() {
        var incomplete = new SignedTransaction(ByteBuffer.wrap(new byte[] {9, 9, 9}), null);
        assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> TRANSACTION.encode(incomplete));
        assertThat(TRANSACTION.encode(TRANSACTION.decode(BYTES))).isEqualTo(BYTES);
    }

    @Test
    void bytesBehindTheRecordAreRefused() {
        assertThatExceptionOfType(MalformedRecordException.class)
                .isThrownBy(() -> TRANSACTION.decode(Arrays.copyOf(BYTES, BYTES.length + 1)))
                .withMessage("bytes left over behind a SignedTransaction");
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < BYTES.length; length++) {
            byte[] truncated = Arrays.copyOf(BYTES, length);
            assertThatExceptionOfType(MalformedRecordException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> TRANSACTION.decode(truncated));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1_500_000_000L, Integer.MAX_VALUE, Long.MAX_VALUE, -1, Integer.MIN_VALUE, Long.MIN_VALUE})
    void absurdLengthClaimIsRefusedBeforeAnythingIsAllocated(long claim) {
        byte[] bytes = startingWithLong(claim);
        long before = allocatedByThisThread();
        assertThatExceptionOfType(MalformedRecordException.class).isThrownBy(() -> TRANSACTION.decode(bytes));
        assertThat(allocatedByThisThread() - before).isLessThan(10_000_000);
    }

    /** A number in place of every byte: lengths, counts, union branches, enum ordinals. */
    @ParameterizedTest
    @MethodSource("recordTypes")
    void absurdNumbersAnywhereAreRefusedOrHarmless(Schema schema) {
        long seed = new Random().nextLong();
        var codec = new AvroBinary<SpecificRecordBase>(schema);
        byte[] record = RandomRecords.of(schema, 1, seed).get(0);
        long before = allocatedByThisThread();
        int positions = Math.min(record.length, 300);
        for (int position = 0; position < positions; position++) {
            for (long claim : new long[] {100_000_000, Integer.MAX_VALUE, Long.MAX_VALUE, -2, Long.MIN_VALUE}) {
                byte[] number = startingWithLong(claim);
                byte[] bytes = Arrays.copyOf(record, record.length + number.length);
                System.arraycopy(number, 0, bytes, position, number.length);
                decodeOrRefuse(codec, bytes, seed);
            }
        }
        // A record without fields has no bytes.
        assertThat((allocatedByThisThread() - before) / Math.max(1, positions * 5L))
                .as("bytes allocated for one decoding, seed %d", seed)
                .isLessThan(100_000L + 20L * record.length);
    }

    @ParameterizedTest
    @MethodSource("recordTypes")
    void garbageIsRefusedAndNothingElseHappens(Schema schema) {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var codec = new AvroBinary<SpecificRecordBase>(schema);
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                // Small numbers get further: they are legal lengths, branches and ordinals.
                for (int at = 0; at < bytes.length; at++) {
                    bytes[at] &= (byte) (random.nextInt(10) == 0 ? 0xff : 0x07);
                }
            }
            decodeOrRefuse(codec, bytes, seed);
        }
    }

    @ParameterizedTest
    @MethodSource("recordTypes")
    void damagedRecordsAreRefusedOrHarmless(Schema schema) {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var codec = new AvroBinary<SpecificRecordBase>(schema);
        for (byte[] record : RandomRecords.of(schema, 300, seed)) {
            byte[] bytes = Arrays.copyOf(record, random.nextInt(record.length + 8));
            for (int damage = random.nextInt(4); damage > 0 && bytes.length > 0; damage--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            decodeOrRefuse(codec, bytes, seed);
        }
    }

    @Test
    void messageNeverShowsTheBytes() {
        byte[] secret = "secret-secret-secret".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThatExceptionOfType(MalformedRecordException.class)
                .isThrownBy(() -> new AvroBinary<SignedVertex>(SignedVertex.getClassSchema()).decode(secret))
                .withMessageNotContaining("secret");
    }

    private static void decodeOrRefuse(AvroBinary<SpecificRecordBase> codec, byte[] bytes, long seed) {
        try {
            codec.decode(bytes);
        } catch (MalformedRecordException e) {
            // The one answer to bytes that are no record.
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed %d, bytes %s".formatted(seed, Hex.of(bytes)), e);
        }
    }

    private static byte[] startingWithLong(long number) {
        var out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            encoder.writeLong(number);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    private static long allocatedByThisThread() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
