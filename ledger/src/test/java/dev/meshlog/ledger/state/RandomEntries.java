package dev.meshlog.ledger.state;

import java.util.Random;

/** Seeded entries; a seed is in the name of every test that uses one. */
final class RandomEntries {
    private RandomEntries() {}

    /** The n-th of a family of different keys, 3 to 40 bytes long. */
    static byte[] key(int n) {
        byte[] key = new byte[3 + n % 38];
        new Random(n).nextBytes(key);
        key[0] = (byte) (1 + n % 5);
        key[1] = (byte) (n >> 8);
        key[2] = (byte) n;
        return key;
    }

    static byte[] value(Random random, int maxBytes) {
        byte[] value = new byte[random.nextInt(maxBytes + 1)];
        random.nextBytes(value);
        return value;
    }
}
