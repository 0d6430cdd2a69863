package dev.meshlog.ledger.state;

import dev.meshlog.ledger.Domain;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Expands a state entry to its element: 1,024 lanes of u16, little-endian, from the AES-256-CTR keystream (zero IV) under
 *
 * <pre>
 * SHA-256( "entry.v1" ‖ u32 key length ‖ key ‖ u32 value length ‖ value )
 * </pre>
 *
 * Elements are summed lane by lane in an {@link Accumulator} (Bellare and Micciancio's LtHash). Equal keystreams cannot be told
 * from random ones without the key, so nobody can choose an entry by its lanes.
 *
 * <p>Holds a cipher and scratch space: one thread at a time.
 */
public final class LtHash {
    /** Goes into every manifest. */
    public static final String ALGORITHM = "lt16-aes256ctr-v1";

    /** Of an element, and of the sum of any number of elements. */
    public static final int ELEMENT_BYTES = 2048;

    private static final byte[] ENTRY = "entry.v1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ZEROS = new byte[ELEMENT_BYTES];
    private static final IvParameterSpec ZERO_IV = new IvParameterSpec(new byte[16]);

    private final MessageDigest sha = Domain.sha256();
    private final Cipher cipher;
    private final byte[] element = new byte[ELEMENT_BYTES];

    public LtHash() {
        try {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES in counter mode", e);
        }
    }

    /** A new array of 2,048 bytes. */
    public byte[] element(byte[] key, byte[] value) {
        expand(key, value);
        return element.clone();
    }

    /** Adds the element and counts the entry. */
    public void add(Accumulator to, byte[] key, byte[] value) {
        expand(key, value);
        to.add(element);
    }

    /**
     * Subtracts the element and uncounts the entry.
     *
     * @throws IllegalStateException when the accumulator cannot have held the entry
     */
    public void subtract(Accumulator from, byte[] key, byte[] value) {
        expand(key, value);
        from.subtract(element);
    }

    /** Adds the entry whose canonical encoding, which is also what chunks hold, is the given slice. */
    void addEncoded(Accumulator to, byte[] bytes, int offset, int length) {
        sha.update(ENTRY);
        sha.update(bytes, offset, length);
        expandDigest();
        to.add(element);
    }

    private void expand(byte[] key, byte[] value) {
        sha.update(ENTRY);
        sha.update(Domain.u32(key.length));
        sha.update(key);
        sha.update(Domain.u32(value.length));
        sha.update(value);
        expandDigest();
    }

    private void expandDigest() {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(sha.digest(), "AES"), ZERO_IV);
            int written = cipher.doFinal(ZEROS, 0, ELEMENT_BYTES, element, 0);
            if (written != ELEMENT_BYTES) {
                throw new IllegalStateException("AES-CTR gave " + written + " bytes");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-CTR", e);
        }
    }
}
