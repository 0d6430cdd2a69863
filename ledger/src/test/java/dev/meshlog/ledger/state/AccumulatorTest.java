package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccumulatorTest {
    private static final byte[] KEY = {1, 2, 3};
    private static final byte[] VALUE = {4};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void lanesAreSummedModulo65536(long seed) {
        Random random = new Random(seed);
        var accumulator = new Accumulator();
        int[] expected = new int[LtHash.ELEMENT_BYTES / 2];
        for (int round = 0; round < 50; round++) {
            byte[] element = new byte[LtHash.ELEMENT_BYTES];
            random.nextBytes(element);
            // Lanes at the borders, where a carry would run into the next one.
            Arrays.fill(element, 0, 16, (byte) 0xff);
            ByteBuffer lanes = ByteBuffer.wrap(element).order(ByteOrder.LITTLE_ENDIAN);
            boolean add = round < 10 || random.nextInt(3) > 0 || accumulator.entries() == 1;
            if (add) {
                accumulator.add(element);
            } else {
                accumulator.subtract(element);
            }
            for (int lane = 0; lane < expected.length; lane++) {
                int value = lanes.getShort(2 * lane) & 0xffff;
                expected[lane] = (expected[lane] + (add ? value : -value)) & 0xffff;
            }
        }
        ByteBuffer sum = ByteBuffer.wrap(accumulator.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int lane = 0; lane < expected.length; lane++) {
            assertThat(sum.getShort(2 * lane) & 0xffff).isEqualTo(expected[lane]);
        }
    }

    @Test
    void storedFormComesBack() {
        var accumulator = new Accumulator();
        new LtHash().add(accumulator, KEY, VALUE);
        Accumulator parsed = Accumulator.parse(accumulator.bytes());
        assertThat(parsed.digest()).isEqualTo(accumulator.digest()).isNotEqualTo(Hash.ZERO);
        assertThat(parsed.entries()).isEqualTo(1);
        assertThat(ByteBuffer.wrap(parsed.bytes()).getLong(LtHash.ELEMENT_BYTES))
                .isEqualTo(1);
    }

    @Test
    void emptyAgainHasTheDigestOfEmpty() {
        var accumulator = new Accumulator();
        var hash = new LtHash();
        hash.add(accumulator, KEY, VALUE);
        hash.subtract(accumulator, KEY, VALUE);
        assertThat(accumulator.isEmpty()).isTrue();
        assertThat(accumulator.digest()).isEqualTo(Hash.ZERO);
    }

    @Test
    void lengthsKeepKeyAndValueApart() {
        var hash = new LtHash();
        assertThat(hash.element(new byte[] {1, 2}, new byte[] {3}))
                .isNotEqualTo(hash.element(new byte[] {1}, new byte[] {2, 3}));
    }

    @Test
    void subtractingWhatIsNotThereIsNoticedAtTheLatestWhenEmpty() {
        var hash = new LtHash();
        assertThatThrownBy(() -> hash.subtract(new Accumulator(), KEY, VALUE))
                .isInstanceOf(IllegalStateException.class);
        var accumulator = new Accumulator();
        hash.add(accumulator, KEY, VALUE);
        assertThatThrownBy(() -> hash.subtract(accumulator, KEY, KEY)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void damagedStoredFormIsRefused() {
        assertThatThrownBy(() -> Accumulator.parse(new byte[Accumulator.BYTES - 1]))
                .isInstanceOf(IllegalArgumentException.class);
        byte[] sumWithoutEntries = new byte[Accumulator.BYTES];
        sumWithoutEntries[5] = 1;
        assertThatThrownBy(() -> Accumulator.parse(sumWithoutEntries)).isInstanceOf(IllegalArgumentException.class);
        byte[] negative = new byte[Accumulator.BYTES];
        negative[LtHash.ELEMENT_BYTES] = (byte) 0x80;
        assertThatThrownBy(() -> Accumulator.parse(negative)).isInstanceOf(IllegalArgumentException.class);
    }
}
