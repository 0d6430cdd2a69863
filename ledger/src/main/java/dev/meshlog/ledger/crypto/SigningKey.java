package dev.meshlog.ledger.crypto;

import dev.meshlog.ledger.Hash;
import dev.meshlog.schemas.Hex;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** A private Ed25519 key. Never prints itself. */
public final class SigningKey {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final int SEED_LENGTH = 32;

    /** PKCS#8 of RFC 8410: version 0, algorithm 1.3.101.112, the seed in two octet strings. */
    private static final byte[] PKCS8_PREFIX = Hex.parse("302e020100300506032b657004220420");

    private final byte[] seed;
    private final Hash publicKey;

    private SigningKey(byte[] seed) {
        if (seed.length != SEED_LENGTH) {
            throw new IllegalArgumentException("a private key has 32 bytes, not " + seed.length);
        }
        this.seed = seed.clone();
        byte[] key = new byte[Hash.LENGTH];
        Ed25519.generatePublicKey(seed, 0, key, 0);
        this.publicKey = Hash.of(key);
    }

    public static SigningKey ofSeed(byte[] seed) {
        return new SigningKey(seed);
    }

    public static SigningKey generate(SecureRandom random) {
        byte[] seed = new byte[SEED_LENGTH];
        random.nextBytes(seed);
        return new SigningKey(seed);
    }

    /** @throws IllegalArgumentException when the text is not one Ed25519 private key in PEM (PKCS#8); the message holds nothing of it */
    public static SigningKey ofPem(String pem) {
        String text = pem.strip();
        if (!text.startsWith(BEGIN) || !text.endsWith(END) || text.length() < BEGIN.length() + END.length()) {
            throw new IllegalArgumentException("not a PEM private key: it starts with '" + BEGIN + "' and ends with '"
                    + END + "'; make one with 'meshlog keys generate' or 'openssl genpkey -algorithm ed25519'");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(text.substring(BEGIN.length(), text.length() - END.length()));
            var key = (EdECPrivateKey) KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
            return new SigningKey(
                    key.getBytes().orElseThrow(() -> new IllegalArgumentException("the key holds no bytes")));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException("not an Ed25519 private key in PKCS#8", e);
        }
    }

    public String toPem() {
        byte[] der = Arrays.copyOf(PKCS8_PREFIX, PKCS8_PREFIX.length + SEED_LENGTH);
        System.arraycopy(seed, 0, der, PKCS8_PREFIX.length, SEED_LENGTH);
        return BEGIN + "\n" + Base64.getEncoder().encodeToString(der) + "\n" + END + "\n";
    }

    public Hash publicKey() {
        return publicKey;
    }

    /** 64 bytes. */
    public byte[] sign(Hash message) {
        return sign(message.bytes());
    }

    public byte[] sign(byte[] message) {
        byte[] signature = new byte[dev.meshlog.ledger.crypto.Ed25519.SIGNATURE_LENGTH];
        // With the public key at hand it need not be computed again for every signature.
        Ed25519.sign(seed, 0, publicKey.bytes(), 0, message, 0, message.length, signature, 0);
        return signature;
    }

    @Override
    public String toString() {
        return "SigningKey[" + publicKey.brief() + "]";
    }
}
