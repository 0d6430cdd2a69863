package dev.meshlog.ledger.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BucketsTest {
    // SHA-256("abc") = ba78 16bf…
    private static final byte[] ABC = {'a', 'b', 'c'};

    @Test
    void bucketIsTheFirstBitsOfTheKeysHash() {
        assertThat(Buckets.bucketOf(ABC, 1)).isEqualTo(1);
        assertThat(Buckets.bucketOf(ABC, 4)).isEqualTo(0xb);
        assertThat(Buckets.bucketOf(ABC, 12)).isEqualTo(0xba7);
        assertThat(Buckets.bucketOf(ABC, 16)).isEqualTo(0xba78);
    }

    @Test
    void bitsAreOneToSixteen() {
        assertThatThrownBy(() -> Buckets.bucketOf(ABC, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Buckets.bucketOf(ABC, 17)).isInstanceOf(IllegalArgumentException.class);
    }
}
