package dev.meshlog.ledger.crypto;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The curve of Ed25519 in plain arithmetic, to forge what no honest signer makes. */
final class EdwardsCurve {
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    static final BigInteger L = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);
    static final Point NEUTRAL = new Point(BigInteger.ZERO, BigInteger.ONE);
    static final Point BASE = base();

    private EdwardsCurve() {}

    record Point(BigInteger x, BigInteger y) {
        Point plus(Point other) {
            BigInteger dxy = D.multiply(x).multiply(other.x).multiply(y).multiply(other.y);
            BigInteger newX = x.multiply(other.y)
                    .add(y.multiply(other.x))
                    .multiply(BigInteger.ONE.add(dxy).modInverse(P));
            BigInteger newY = y.multiply(other.y)
                    .add(x.multiply(other.x))
                    .multiply(BigInteger.ONE.subtract(dxy).modInverse(P));
            return new Point(newX.mod(P), newY.mod(P));
        }

        Point times(BigInteger factor) {
            Point sum = NEUTRAL;
            for (int bit = factor.bitLength() - 1; bit >= 0; bit--) {
                sum = sum.plus(sum);
                if (factor.testBit(bit)) {
                    sum = sum.plus(this);
                }
            }
            return sum;
        }

        byte[] encode() {
            byte[] bytes = littleEndian(y);
            if (x.testBit(0)) {
                bytes[31] |= (byte) 0x80;
            }
            return bytes;
        }
    }

    /** A generator of the eight points whose order divides 8. */
    static Point torsion() {
        for (long y = 2; ; y++) {
            Point point = withY(BigInteger.valueOf(y));
            if (point != null) {
                Point candidate = point.times(L);
                if (!candidate.times(BigInteger.valueOf(4)).equals(NEUTRAL)) {
                    return candidate;
                }
            }
        }
    }

    static byte[] littleEndian(BigInteger value) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++) {
            bytes[i] = value.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }

    static BigInteger scalar(byte[]... parts) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-512");
            for (byte[] part : parts) {
                sha.update(part);
            }
            byte[] digest = sha.digest();
            byte[] bigEndian = new byte[digest.length];
            for (int i = 0; i < digest.length; i++) {
                bigEndian[i] = digest[digest.length - 1 - i];
            }
            return new BigInteger(1, bigEndian).mod(L);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** R and then S for which S·B = R' + h·a·B, whatever is added to R and to the key. */
    static byte[] sign(BigInteger secret, byte[] key, Point torsionOfR, BigInteger nonce, byte[] message) {
        byte[] r = BASE.times(nonce).plus(torsionOfR).encode();
        BigInteger s = nonce.add(scalar(r, key, message).multiply(secret)).mod(L);
        byte[] signature = Arrays.copyOf(r, 64);
        System.arraycopy(littleEndian(s), 0, signature, 32, 32);
        return signature;
    }

    private static Point base() {
        Point point = withY(BigInteger.valueOf(4)
                .multiply(BigInteger.valueOf(5).modInverse(P))
                .mod(P));
        if (point == null) {
            throw new IllegalStateException("the base point is on the curve");
        }
        return point;
    }

    /** The point with an even x, or null. */
    static @Nullable Point withY(BigInteger y) {
        BigInteger y2 = y.multiply(y).mod(P);
        BigInteger x2 = y2.subtract(BigInteger.ONE)
                .multiply(D.multiply(y2).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger x = x2.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!x.multiply(x).mod(P).equals(x2)) {
            x = x.multiply(BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P))
                    .mod(P);
        }
        if (!x.multiply(x).mod(P).equals(x2)) {
            return null;
        }
        return new Point(x.testBit(0) ? P.subtract(x) : x, y);
    }
}
